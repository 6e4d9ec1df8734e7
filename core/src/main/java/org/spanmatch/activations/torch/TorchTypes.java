package org.spanmatch.activations.torch;

import java.util.Map;
import java.util.Optional;
import org.spanmatch.activations.ElementType;

/** The names that torch has for the formats of numbers. */
final class TorchTypes {
  private static final Map<String, ElementType> TYPES =
      Map.ofEntries(
          Map.entry("torch.HalfStorage", ElementType.FLOAT16),
          Map.entry("torch.BFloat16Storage", ElementType.BFLOAT16),
          Map.entry("torch.FloatStorage", ElementType.FLOAT32),
          Map.entry("torch.DoubleStorage", ElementType.FLOAT64),
          Map.entry("torch.CharStorage", ElementType.INT8),
          Map.entry("torch.ShortStorage", ElementType.INT16),
          Map.entry("torch.IntStorage", ElementType.INT32),
          Map.entry("torch.LongStorage", ElementType.INT64),
          Map.entry("torch.ByteStorage", ElementType.UINT8),
          Map.entry("torch.BoolStorage", ElementType.BOOL),
          Map.entry("torch.uint16", ElementType.UINT16),
          Map.entry("torch.uint32", ElementType.UINT32),
          Map.entry("torch.uint64", ElementType.UINT64));
  private static final Map<String, String> OTHERS =
      Map.of(
          "torch.ComplexFloatStorage", "complex64",
          "torch.ComplexDoubleStorage", "complex128");

  private TorchTypes() {}

  /**
   * Returns the format of a class of storages or of a dtype, if it is read.
   *
   * @param name such as {@code torch.FloatStorage} or {@code torch.uint16}
   */
  static Optional<ElementType> of(String name) {
    return Optional.ofNullable(TYPES.get(name));
  }

  /** Returns what to call a format that is not read. */
  static String describe(String name) {
    return OTHERS.getOrDefault(name, name);
  }
}
