package org.spanmatch.kernel.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which binary a device gets. */
class DeviceImageTest {
  private static final int CUDA_12 = 12_090;
  private static final int CUDA_13 = 13_000;

  @ParameterizedTest
  @CsvSource({
    "8.0, sm_80", // A100
    "8.6, sm_86",
    "8.7, sm_86",
    "8.9, sm_86", // L40, RTX 4090
    "9.0, sm_90", // H100, H200
    "10.0, sm_100", // B200
    "10.3, sm_100",
    "12.0, sm_120", // RTX 5090
    "12.1, sm_120"
  })
  void isForTheSameMajorAndNoHigherMinorNumber(String capability, String expected) {
    assertEquals(Optional.of(expected), architecture(capability, CUDA_13));
  }

  @ParameterizedTest
  @CsvSource({"7.5", "11.0", "13.0"})
  void isThePtxForOthers(String capability) {
    assertEquals(Optional.empty(), architecture(capability, CUDA_13));
  }

  /** NVIDIA promises nothing of binaries that a newer CUDA made than the driver's. */
  @Test
  void isThePtxForAnOlderDriver() {
    assertEquals(Optional.empty(), architecture("9.0", CUDA_12));
  }

  private static Optional<String> architecture(String capability, int driver) {
    int dot = capability.indexOf('.');
    int major = Integer.parseInt(capability.substring(0, dot));
    int minor = Integer.parseInt(capability.substring(dot + 1));
    return DeviceImage.architecture(major, minor, driver);
  }
}
