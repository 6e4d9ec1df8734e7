package org.spanmatch.spark.files;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.spark.gram.SparkFailure;

/** Reads the headers of all shards on the executors. */
final class HeaderJob {
  static final String STEP = "headers";

  private static final int TASKS_PER_CORE = 8;
  private static final int MOST_NAMED = 3;
  private static final long UPDATE_MILLIS = 200;

  private HeaderJob() {}

  /**
   * Reads headers.
   *
   * @return them in the same order
   * @throws ActivationsException if shards can't be used, with the first of them
   */
  static List<Header> read(
      JavaSparkContext spark, Broadcast<Plan> plan, List<Header> unread, Progress progress) {
    int tasks = Math.min(unread.size(), TASKS_PER_CORE * Math.max(1, spark.defaultParallelism()));
    LongAccumulator count = spark.sc().longAccumulator("shards whose headers were read");
    JavaFutureAction<List<Header>> job =
        spark
            .parallelize(unread, tasks)
            .map(
                header -> {
                  Header read = header.read(plan.value());
                  count.add(1);
                  return read;
                })
            .collectAsync();
    List<Header> headers = await(job, count, unread.size(), progress);
    progress.update(STEP, unread.size(), unread.size());
    requireNoProblems(headers);
    return headers;
  }

  private static List<Header> await(
      JavaFutureAction<List<Header>> job, LongAccumulator count, long total, Progress progress) {
    while (true) {
      try {
        return job.get(UPDATE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        progress.update(STEP, Math.min(total, count.value()), total);
      } catch (ExecutionException e) {
        throw SparkFailure.cause(e);
      } catch (InterruptedException e) {
        job.cancel(true);
        Thread.currentThread().interrupt();
        throw new KernelException.Failed("interrupted while headers were read", e);
      }
    }
  }

  private static void requireNoProblems(List<Header> headers) {
    List<String> problems =
        headers.stream().map(Header::problem).filter(text -> !text.isEmpty()).toList();
    if (problems.isEmpty()) {
      return;
    }
    List<String> named =
        new ArrayList<>(problems.subList(0, Math.min(MOST_NAMED, problems.size())));
    int more = problems.size() - named.size();
    if (more > 0) {
      named.add("and " + more + (more == 1 ? " more shard" : " more shards"));
    }
    throw new ActivationsException(String.join("; ", named));
  }
}
