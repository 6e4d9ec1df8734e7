package org.spanmatch.kernel.backend;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * Says whether Java computes a fused multiply-add with an instruction of the processor.
 *
 * <p>{@link Math#fma} and the Vector API are exact without one too, but take decimal arithmetic, a
 * thousand times slower. That is so on x86-64 processors of before 2013, on emulated ones, and with
 * {@code -XX:-UseFMA}.
 */
public final class HardwareFma {
  private static final boolean AVAILABLE = ask();

  private HardwareFma() {}

  /**
   * {@return whether a fused multiply-add is fast in this JVM; true where the JVM does not say,
   * which one other than HotSpot may not}
   */
  public static boolean isAvailable() {
    return AVAILABLE;
  }

  // What the JVM does counts, not the name of the processor: the option is off where it can't be
  // on.
  private static boolean ask() {
    try {
      HotSpotDiagnosticMXBean hotSpot =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return hotSpot == null || Boolean.parseBoolean(hotSpot.getVMOption("UseFMA").getValue());
    } catch (IllegalArgumentException | LinkageError e) {
      return true; // no such option, or a run-time environment without jdk.management
    }
  }
}
