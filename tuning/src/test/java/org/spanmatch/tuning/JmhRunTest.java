package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests how the cause of a failure is found in JMH's output. */
class JmhRunTest {
  @Test
  void theFirstCauseIsTold() {
    assertEquals(
        "java matched [], expected [1]",
        JmhRun.failure(
            """
            # Warmup Iteration   1: <failure>

            java.lang.reflect.InvocationTargetException
            \tat java.base/jdk.internal.reflect.Method.invoke(Method.java:569)
            Caused by: java.lang.IllegalStateException: java matched [], expected [1]
            \tat org.spanmatch.benchmarks.LayerBenchmark.setUp(LayerBenchmark.java:1)
            """));
    assertEquals(
        "java.lang.NullPointerException",
        JmhRun.failure("<failure>\njava.lang.NullPointerException\n\tat a.b.C.d(C.java:1)\n"));
  }

  @Test
  void aKilledJvmIsTold() {
    assertEquals(
        "its JVM was killed by signal 9",
        JmhRun.failure(
            "# Fork: 1 of 1\n<forked VM failed with exit code 137>\n<stdout last='20'>"));
    assertEquals(
        "its JVM ended with exit code 1",
        JmhRun.failure("<forked VM failed with exit code 1>\njava.lang.Error: x\n"));
  }

  /** JDK 25 adds lines of advice to JDK 17's one-line message. */
  @Test
  void aJvmThatDoesNotStartIsTold() {
    assertEquals(
        "its JVM can't be started: Cannot run program \"java\": error=2, No such file or directory",
        JmhRun.failure(
            "<failed to invoke the VM, caught IOException: Cannot run program \"java\": error=2, No"
                + " such file or directory>\n"));
    assertEquals(
        "its JVM can't be started: Cannot run program \"java\": Failed to exec spawn helper: pid:"
            + " 7454, signal: 9, error: 0 (none)",
        JmhRun.failure(
            "<failed to invoke the VM, caught IOException: Cannot run program \"java\": Failed to"
                + " exec spawn helper: pid: 7454, signal: 9, error: 0 (none) \nPossible reasons:\n"
                + "  - Spawn helper ran into JDK version mismatch\n>\n"));
  }

  @Test
  void theUsersCollectorIsRecognised() {
    assertTrue(JmhRun.namesOtherCollector(List.of("-Xmx1g", "-XX:+UseSerialGC")));
    assertTrue(JmhRun.namesOtherCollector(List.of("-XX:+UseZGC", "-XX:+UseParallelGC")));
    assertFalse(
        JmhRun.namesOtherCollector(
            List.of(
                "-XX:+UseParallelGC",
                "-XX:-UseG1GC",
                "-XX:+UseGCOverheadLimit",
                "-XX:+UseMaximumCompactionOnSystemGC")));
  }

  @Test
  void silenceIsToldToo() {
    assertEquals("it gave no result", JmhRun.failure("# Run complete. Total time: 00:00:01\n"));
  }
}
