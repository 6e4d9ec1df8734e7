package org.spanmatch.spark.gram;

import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.gram.GramException;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.NotEnoughMemoryException;

/**
 * Finds the sentence for the user in what Spark throws for a job that failed.
 *
 * <p>The exception of a task is the cause of Spark's own if the driver could deserialise it. If
 * not, its class and message are in Spark's text, behind the number of the task and before the
 * stack trace.
 */
public final class SparkFailure {
  private static final Pattern OURS = Pattern.compile("(org\\.spanmatch\\.[\\w.$]+): ([^\\r\\n]+)");
  private static final Pattern LAST = Pattern.compile("most recent failure: ([^\\r\\n]+)");

  private static final Map<String, BiFunction<String, Throwable, RuntimeException>> TYPES =
      Map.of(
          ActivationsException.class.getName(),
          ActivationsException::new,
          NotEnoughMemoryException.class.getName(),
          (sentence, cause) -> with(new NotEnoughMemoryException(sentence), cause),
          KernelException.Unavailable.class.getName(),
          (sentence, cause) -> new KernelException.Unavailable(sentence),
          KernelException.Failed.class.getName(),
          KernelException.Failed::new);

  private SparkFailure() {}

  /**
   * {@return the exception of this library that made a job fail, such as an {@link
   * ActivationsException}; if there is none, a {@link KernelException.Failed} with Spark's last
   * reason}
   *
   * @param failure what an action on an RDD or a Dataset threw
   */
  public static RuntimeException cause(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof RuntimeException known && isOurs(each.getClass().getName())) {
        return known;
      }
    }
    for (Throwable each = failure; each != null; each = each.getCause()) {
      Matcher ours = OURS.matcher(String.valueOf(each.getMessage()));
      if (ours.find()) {
        return TYPES.getOrDefault(ours.group(1), GramException::new).apply(ours.group(2), failure);
      }
    }
    return new KernelException.Failed("Spark gave up: " + reason(failure), failure);
  }

  private static boolean isOurs(String type) {
    return type.startsWith("org.spanmatch.");
  }

  private static String reason(Throwable failure) {
    String text = String.valueOf(failure);
    for (Throwable each = failure; each != null; each = each.getCause()) {
      Matcher last = LAST.matcher(String.valueOf(each.getMessage()));
      if (last.find()) {
        return last.group(1);
      }
    }
    return text.lines().findFirst().orElse("no reason");
  }

  private static RuntimeException with(RuntimeException exception, Throwable cause) {
    exception.initCause(cause);
    return exception;
  }
}
