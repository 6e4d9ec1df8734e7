package org.spanmatch.activations.safetensors;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.ActivationFormat;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.safetensors.SafetensorsHeader.Tensor;
import org.spanmatch.activations.storage.ArrayBytes;
import org.spanmatch.activations.storage.FileStamp;
import org.spanmatch.activations.storage.NumericOrder;
import org.spanmatch.activations.storage.StridedValues;

/**
 * A file of tensors as the library safetensors writes it: in C order, little-endian, one after the
 * other.
 *
 * <p>That library sorts tensors by type and name, so the order of the network's layers is lost.
 * They are then listed by name with numbers in numeric order, as the files of a folder are. A file
 * in another order keeps it.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsFormat implements ActivationFormat {
  private static final Map<String, ElementType> TYPES = new LinkedHashMap<>();

  static {
    TYPES.put("F16", ElementType.FLOAT16);
    TYPES.put("BF16", ElementType.BFLOAT16);
    TYPES.put("F32", ElementType.FLOAT32);
    TYPES.put("F64", ElementType.FLOAT64);
    TYPES.put("I8", ElementType.INT8);
    TYPES.put("I16", ElementType.INT16);
    TYPES.put("I32", ElementType.INT32);
    TYPES.put("I64", ElementType.INT64);
    TYPES.put("U8", ElementType.UINT8);
    TYPES.put("U16", ElementType.UINT16);
    TYPES.put("U32", ElementType.UINT32);
    TYPES.put("U64", ElementType.UINT64);
    TYPES.put("BOOL", ElementType.BOOL);
  }

  /** Creates the format. */
  public SafetensorsFormat() {}

  @Override
  public List<String> suffixes() {
    return List.of(".safetensors");
  }

  @Override
  public boolean recognises(Path file, byte[] start) {
    return SafetensorsHeader.isStart(start);
  }

  @Override
  public Content open(Path file) throws IOException {
    FileStamp stamp = FileStamp.of(file);
    SafetensorsHeader header = SafetensorsHeader.read(file, stamp.size());
    List<StoredArray> arrays = new ArrayList<>();
    List<UnusableEntry> unusable = new ArrayList<>();
    for (Tensor tensor : inOrder(header.tensors())) {
      try {
        arrays.add(array(stamp, header.dataStart(), tensor));
      } catch (ActivationsException e) {
        unusable.add(new UnusableEntry(file, tensor.name(), tensor.name(), e.getMessage()));
      }
    }
    return new Content(arrays, unusable, false);
  }

  private static StoredArray array(FileStamp file, long dataStart, Tensor tensor) {
    ElementType type = TYPES.get(tensor.dtype());
    if (type == null) {
      throw new ActivationsException(
          "the dtype '"
              + tensor.dtype()
              + "' is not supported, expected "
              + String.join(", ", TYPES.keySet()));
    }
    List<Long> shape = tensor.shape();
    long bytes;
    List<Long> strides;
    try {
      bytes =
          Math.multiplyExact(shape.stream().reduce(1L, Math::multiplyExact), (long) type.bytes());
      strides = StridedValues.strides(shape, false);
    } catch (ArithmeticException e) {
      throw new ActivationsException("the size of the shape " + shape + " overflows", e);
    }
    if (bytes != tensor.size()) {
      throw new ActivationsException(
          "the shape "
              + shape
              + " of "
              + tensor.dtype()
              + " needs "
              + bytes
              + " bytes of data, found "
              + tensor.size());
    }
    ArrayBytes part = ArrayBytes.of(file.path(), dataStart + tensor.begin(), bytes);
    return StoredArray.of(
        tensor.name(),
        tensor.dtype(),
        new StridedValues(file, part, 0, shape, strides, type, ByteOrder.LITTLE_ENDIAN));
  }

  private static List<Tensor> inOrder(List<Tensor> asWritten) {
    for (int i = 1; i < asWritten.size(); i++) {
      Tensor before = asWritten.get(i - 1);
      Tensor tensor = asWritten.get(i);
      if (before.dtype().equals(tensor.dtype()) && before.name().compareTo(tensor.name()) > 0) {
        return asWritten;
      }
    }
    return asWritten.stream()
        .sorted(Comparator.comparing(Tensor::name, new NumericOrder()))
        .toList();
  }
}
