package org.spanmatch.activations.torch;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.format.FormatContract;
import org.spanmatch.activations.format.Stored;

/** Files of torch.save keep what every format promises. */
class TorchFormatTest extends FormatContract {
  // Those that torch has no storages of come with their type.
  private static final Map<ElementType, String> STORAGES =
      Map.ofEntries(
          Map.entry(ElementType.FLOAT16, "HalfStorage"),
          Map.entry(ElementType.BFLOAT16, "BFloat16Storage"),
          Map.entry(ElementType.FLOAT32, "FloatStorage"),
          Map.entry(ElementType.FLOAT64, "DoubleStorage"),
          Map.entry(ElementType.INT8, "CharStorage"),
          Map.entry(ElementType.INT16, "ShortStorage"),
          Map.entry(ElementType.INT32, "IntStorage"),
          Map.entry(ElementType.INT64, "LongStorage"),
          Map.entry(ElementType.UINT8, "ByteStorage"),
          Map.entry(ElementType.BOOL, "BoolStorage"));

  private static final byte[] VALUES = new byte[24];

  @Override
  protected String suffix() {
    return ".pt";
  }

  @Override
  protected void write(Path file, Map<String, Stored> arrays) throws IOException {
    Files.write(file, archive(arrays).bytes());
  }

  @Override
  protected Set<ElementType> types() {
    return EnumSet.allOf(ElementType.class);
  }

  @Override
  protected List<ByteOrder> orders() {
    return List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);
  }

  @Override
  protected boolean hasFortranOrder() {
    return true;
  }

  @Override
  protected boolean hasRanges() {
    return true;
  }

  @Override
  protected boolean hasChecksum() {
    return true;
  }

  @Override
  protected Map<String, byte[]> claims() {
    Map<String, byte[]> claims = new LinkedHashMap<>();
    claims.put("petabytes", tensor(0, new long[] {1L << 48, 4}, 4, 1));
    claims.put("more than a long counts", tensor(0, new long[] {1L << 62, 1L << 62}, 1L << 62, 1));
    claims.put("an offset beyond", tensor(Long.MAX_VALUE, new long[] {2, 3}, 3, 1));
    claims.put("strides beyond", tensor(0, new long[] {2, 3}, Long.MAX_VALUE, Long.MAX_VALUE));
    claims.put("one value, without end", tensor(0, new long[] {1L << 40, 4}, 0, 0));
    claims.put("samples of no neurons", tensor(0, new long[] {1L << 62, 0}, 0, 0));
    claims.put(
        "text of gigabytes",
        TorchBytes.of(Pickle.begin().ops("X\u00ff\u00ff\u00ff\u007f").end()).bytes());
    claims.put("lists in lists", TorchBytes.of(Pickle.begin().ops("]", 1_000_000).end()).bytes());
    return claims;
  }

  /** Returns an archive of a dict of tensors. */
  private static TorchBytes archive(Map<String, Stored> arrays) {
    Pickle pickle = Pickle.begin().ops("}(");
    TorchBytes archive = new TorchBytes().with("archive/data.pkl", new byte[0]);
    int key = 0;
    for (Map.Entry<String, Stored> array : arrays.entrySet()) {
      pickle.text(array.getKey());
      tensor(pickle, Integer.toString(key), array.getValue());
      archive.with("archive/data/" + key++, array.getValue().data());
      archive.withOrder(array.getValue().order() == ByteOrder.BIG_ENDIAN ? "big" : "little");
    }
    return archive.with("archive/data.pkl", pickle.ops("u").end());
  }

  /** Appends the description of a tensor to a pickle. */
  private static void tensor(Pickle pickle, String key, Stored array) {
    long[] sizes = array.shape().stream().mapToLong(Integer::longValue).toArray();
    String storage = STORAGES.get(array.type());
    pickle
        .name("torch._utils", storage == null ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2")
        .ops("(")
        .storage(
            storage == null ? "torch.storage" : "torch",
            storage == null ? "UntypedStorage" : storage,
            key,
            LongStream.of(sizes).reduce(1, (a, b) -> a * b))
        .number(0)
        .tuple(sizes)
        .tuple(strides(sizes, array.fortranOrder()))
        .bytes(0x89)
        .name("collections", "OrderedDict")
        .ops(")R");
    if (storage == null) {
      pickle.name("torch", array.type().name().toLowerCase(Locale.ROOT));
    }
    pickle.ops("tR");
  }

  private static long[] strides(long[] sizes, boolean fortranOrder) {
    long[] strides = new long[sizes.length];
    long stride = 1;
    for (int i = 0; i < sizes.length; i++) {
      int axis = fortranOrder ? i : sizes.length - 1 - i;
      strides[axis] = stride;
      stride *= sizes[axis];
    }
    return strides;
  }

  private static byte[] tensor(long offset, long[] sizes, long... strides) {
    byte[] pickle =
        Pickle.begin().ops("}").text("a").tensor("0", offset, sizes, strides).ops("s").end();
    return TorchBytes.of(pickle).withStorage("0", VALUES).bytes();
  }
}
