package org.spanmatch.kernel.cuda.driver;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Launches of functions whose blocks wait for one another, so that all of them must run at the same
 * time. Whether a device has such launches is decided once: it has none where the driver says so,
 * where it refuses one, or where the system property {@value #PROPERTY} is {@code false}.
 */
public final class CooperativeLaunches {
  /** The system property that rules such launches out, read when a device is opened. */
  public static final String PROPERTY = "spanmatch.cuda.cooperative";

  private static final Logger LOGGER = System.getLogger("org.spanmatch.kernel");

  private final DeviceInfo info;
  private volatile boolean possible;

  /** Looks what the device is capable of. */
  CooperativeLaunches(DeviceInfo info) {
    this.info = info;
    possible = true;
    if (!info.launchesCooperatively()) {
      refuse("the driver says that it has no cooperative launches");
    } else if ("false".equals(System.getProperty(PROPERTY))) {
      refuse(PROPERTY + " is false");
    }
  }

  /** Whether none was refused yet. */
  public boolean arePossible() {
    return possible;
  }

  /**
   * Starts a function on the stream of its code, without waiting for it.
   *
   * @param code where the function is
   * @param most the largest number of blocks that is of use; there are fewer where the device can't
   *     run as many at the same time
   * @param threads per block
   * @return false if the device refuses, now or an earlier time
   */
  public boolean launch(
      String function, DeviceCode code, int most, int threads, KernelArguments arguments) {
    if (!possible) {
      return false;
    }
    int blocks = Math.min(most, info.multiprocessors() * code.residentBlocks(function, threads));
    if (blocks < 1) {
      refuse("no block of " + function + " fits on a multiprocessor");
    } else if (!code.launchTogether(function, new Grid(blocks, 1, threads, 1), arguments)) {
      refuse("the driver refuses " + function + " with " + blocks + " blocks");
    }
    return possible;
  }

  private void refuse(String reason) {
    possible = false;
    LOGGER.log(
        Level.DEBUG,
        "CUDA device " + info.number() + " takes neurons out with three launches each: " + reason);
  }
}
