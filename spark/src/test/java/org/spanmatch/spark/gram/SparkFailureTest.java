package org.spanmatch.spark.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.NotEnoughMemoryException;

class SparkFailureTest {
  private static final String SENTENCE = "s3a://b/x-3.npy, layer 'x': the data is truncated";

  /** What Spark says of a task whose exception the driver doesn't have. */
  private static SparkException text(String thrown) {
    return new SparkException(
        "Job aborted due to stage failure: Task 3 in stage 1.0 failed 4 times, most recent failure:"
            + " Lost task 3.3 in stage 1.0 (TID 7) (10.0.0.3 executor 2): "
            + thrown
            + "\n\tat org.spanmatch.activations.storage.ReadFailure.of(ReadFailure.java:24)\n"
            + "\nDriver stacktrace:");
  }

  @Test
  void theExceptionOfATaskIsItself() {
    ActivationsException own = new ActivationsException(SENTENCE);
    assertSame(own, SparkFailure.cause(new ExecutionException(new SparkException("aborted", own))));
    assertSame(own, SparkFailure.cause(own));
  }

  @Test
  void theSentenceIsFoundInSparksText() {
    RuntimeException cause =
        SparkFailure.cause(text(ActivationsException.class.getName() + ": " + SENTENCE));
    assertInstanceOf(ActivationsException.class, cause);
    assertEquals(SENTENCE, cause.getMessage());
    RuntimeException memory =
        SparkFailure.cause(
            text(NotEnoughMemoryException.class.getName() + ": too large; start Java with -Xmx3g"));
    assertInstanceOf(NotEnoughMemoryException.class, memory);
    assertEquals("too large; start Java with -Xmx3g", memory.getMessage());
    RuntimeException other =
        SparkFailure.cause(
            text("org.spanmatch.kernel.KernelException$Failed: the device was lost"));
    assertInstanceOf(KernelException.Failed.class, other);
    assertEquals("the device was lost", other.getMessage());
  }

  @Test
  void whatIsNotOursKeepsSparksReason() {
    RuntimeException cause =
        SparkFailure.cause(text("java.lang.OutOfMemoryError: Java heap space"));
    assertEquals(
        "Spark gave up: Lost task 3.3 in stage 1.0 (TID 7) (10.0.0.3 executor 2):"
            + " java.lang.OutOfMemoryError: Java heap space",
        cause.getMessage());
  }
}
