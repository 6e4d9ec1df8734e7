package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import jcuda.driver.JCudaDriver;

/** Controls the stand-in for a GPU, as its README says. */
final class StandIn {
  private static final int FAILING_KIND = 0x5A000001;
  private static final int FAILING_CALL = 0x5A000002;
  private static final int FAILURE_CODE = 0x5A000003;
  private static final int COUNTED_CALLS = 0x5A000004;
  private static final int LIVE_OBJECTS = 0x5A000005;
  private static final int REPORTS = 0x5A000006;
  private static final int BYTES_IN_USE = 0x5A000007;
  private static final int MEMORY_SIZE = 0x5A000008;
  private static final int COOPERATIVE_BLOCKS = 0x5A00000A;
  private static final int FIRST_REPORT = 0x5A000000;
  private static final long USUAL_MEMORY = 2L << 30;

  /** More than fit on a multiprocessor. */
  static final int ANY_BLOCKS = 1 << 20;

  /** Which calls are counted, and may fail. */
  enum Kind {
    DRIVER_CALL(1),
    DEVICE_ALLOCATION(2),
    PINNED_ALLOCATION(3),
    LAUNCH(4),
    COPY(5),
    SYNCHRONISATION(6),
    CUBLAS_CREATION(7),
    CUBLAS_COMPUTATION(8),
    CONTEXT_CREATION(9),
    MODULE_LOAD(10),
    ANY_CALL(11),
    COOPERATIVE_LAUNCH(12);

    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  private StandIn() {}

  /** Skips the test on a real GPU, and where there is no CUDA. */
  static void assumeInUse() {
    Cudas.assumeAvailable();
    assumeTrue(Cudas.isStandIn(), "skipped on a GPU, which does not fail on demand");
  }

  /** Nothing fails from now on, and all memory is there. */
  static void behave() {
    failCall(Kind.ANY_CALL, 0, 0);
    set(MEMORY_SIZE, USUAL_MEMORY);
    setCooperativeBlocks(ANY_BLOCKS);
    set(REPORTS, 0);
  }

  /**
   * Lets a call fail.
   *
   * @param n which one of its kind from now on, from 1; 0 for none
   * @param code what it returns, 0 for what is usual
   */
  static void failCall(Kind kind, int n, int code) {
    set(FAILURE_CODE, code);
    set(FAILING_KIND, kind.number);
    set(FAILING_CALL, n);
  }

  /** How many calls were counted since {@link #failCall}. */
  static int countedCalls() {
    return (int) get(COUNTED_CALLS);
  }

  /** How many bytes of memory are in use on all devices. */
  static long bytesInUse() {
    return get(BYTES_IN_USE);
  }

  /** Changes the size of each device's memory. */
  static void setMemory(long bytes) {
    set(MEMORY_SIZE, bytes);
  }

  /**
   * Changes how many blocks of a cooperative launch each of the four multiprocessors takes at most;
   * 0: the device has no such launches.
   */
  static void setCooperativeBlocks(int blocks) {
    set(COOPERATIVE_BLOCKS, blocks);
  }

  /** Nothing is left on any device, and nothing was done wrong. */
  static void assertClean(String what) {
    List<String> reports = new ArrayList<>();
    for (int i = 0; i < get(REPORTS); i++) {
      String[] text = {""};
      JCudaDriver.cuGetErrorName(FIRST_REPORT + i, text);
      reports.add(text[0]);
    }
    assertEquals(List.of(), reports, what);
    assertEquals(0, get(LIVE_OBJECTS), what + ": objects left");
  }

  private static void set(int limit, long value) {
    assertEquals(0, JCudaDriver.cuCtxSetLimit(limit, value));
  }

  private static long get(int limit) {
    long[] value = {0};
    assertEquals(0, JCudaDriver.cuCtxGetLimit(value, limit));
    return value[0];
  }
}
