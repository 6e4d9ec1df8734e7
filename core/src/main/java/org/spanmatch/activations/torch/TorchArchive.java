package org.spanmatch.activations.torch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipException;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.ForeignFormat;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.storage.ArrayBytes;
import org.spanmatch.activations.storage.FileStamp;
import org.spanmatch.activations.storage.StridedValues;
import org.spanmatch.activations.storage.ZipDirectory;
import org.spanmatch.activations.storage.ZipEntryBytes;
import org.spanmatch.activations.torch.Value.Tensor;
import org.spanmatch.activations.torch.Value.Tuple;

/**
 * The entries of an archive that {@code torch.save} wrote: in one folder the pickle, {@code
 * data.pkl}, {@code byteorder}, and the values of each storage, {@code data/0} and so on. Other
 * entries don't matter.
 */
final class TorchArchive {
  /** The end of the name of the pickle's entry. */
  static final String PICKLE = "/data.pkl";

  private static final int MOST_PICKLE = 1 << 27;
  private static final int MOST_WORD = 16;

  private final FileStamp stamp;
  private final Map<String, ZipEntryBytes> entries;
  private final Map<String, StorageBytes> storages = new HashMap<>(); // by entry
  private final String folder;
  private final boolean checked; // set_crc32_options of torch.serialization leaves checksums 0
  private final ByteOrder order;

  private TorchArchive(FileStamp stamp, Map<String, ZipEntryBytes> entries, String folder)
      throws IOException {
    this.stamp = stamp;
    this.entries = entries;
    this.folder = folder;
    this.checked = entries.values().stream().anyMatch(entry -> entry.crc() != 0);
    this.order = byteOrder();
  }

  /**
   * Reads the directory of an archive.
   *
   * @throws ActivationsException with the reason alone, if it is none of {@code torch.save}
   * @throws java.util.zip.ZipException if it is damaged
   */
  static TorchArchive open(Path file) throws IOException {
    FileStamp stamp = FileStamp.of(file);
    List<ZipEntryBytes> all = ZipDirectory.read(file);
    ActivationFile.requireFewEnough(all.size());
    ZipDirectory.requireNoOverlap(all, stamp.size());
    Map<String, ZipEntryBytes> entries = new HashMap<>();
    for (ZipEntryBytes entry : all) {
      if (entries.put(entry.entry(), entry) != null) {
        throw new ActivationsException(
            "two entries of the archive have the name '" + entry.entry() + "'");
      }
    }
    if (entries.keySet().stream().anyMatch(entry -> entry.endsWith(ForeignFormat.TORCH_SCRIPT))) {
      throw new ActivationsException(ForeignFormat.of(file, all).orElseThrow().reason());
    }
    List<String> pickles =
        entries.keySet().stream()
            .filter(entry -> entry.indexOf('/') + PICKLE.length() == entry.length())
            .filter(entry -> entry.endsWith(PICKLE))
            .toList();
    if (pickles.size() != 1) {
      throw new ActivationsException(
          "expected one entry data.pkl in the folder of the archive, found " + pickles.size());
    }
    String folder = pickles.get(0).substring(0, pickles.get(0).indexOf('/') + 1);
    return new TorchArchive(stamp, entries, folder);
  }

  /**
   * Reads the pickle.
   *
   * @throws ActivationsException with the reason alone, if it can't be read
   */
  byte[] pickle() throws IOException {
    ZipEntryBytes entry = entries.get(folder + PICKLE.substring(1));
    requireLength(entry, MOST_PICKLE);
    if (entry.place().isEmpty()) {
      // Inflated, a small file could fill the heap.
      throw new ActivationsException(
          "its pickle is compressed or encrypted, expected it stored as torch.save does");
    }
    return read(entry, MOST_PICKLE);
  }

  /**
   * Returns a tensor as an array.
   *
   * @throws ActivationsException with the reason alone, if its values can't be read
   */
  StoredArray array(String name, Tensor tensor) throws PickleException {
    String typeName = tensor.type().name();
    ElementType type =
        TorchTypes.of(typeName)
            .orElseThrow(
                () ->
                    new ActivationsException(
                        "its values are of "
                            + TorchTypes.describe(typeName)
                            + ", expected float16/32/64, bfloat16, an integer or bool"));
    StorageBytes storage = storage(tensor.key().decode());
    try {
      long end = Math.multiplyExact(end(tensor), (long) type.bytes());
      if (end > storage.size()) {
        throw new ActivationsException(
            "its values end at byte " + end + " of its storage, which has " + storage.size());
      }
      requireFewEnough(tensor.sizes(), storage.size() / type.bytes());
      long offset = tensor.offset() * type.bytes();
      ArrayBytes bytes = offset == 0 && end == storage.size() ? storage : storage.part();
      return StoredArray.of(
          name,
          type.name().toLowerCase(Locale.ROOT),
          new StridedValues(
              stamp, bytes, offset, tensor.sizes().longs(), tensor.strides().longs(), type, order));
    } catch (ArithmeticException e) {
      throw new ActivationsException(
          "the size of the shape " + tensor.sizes().longs() + " overflows");
    }
  }

  private StorageBytes storage(String key) {
    String name = folder + "data/" + key;
    ZipEntryBytes entry = entries.get(name);
    if (entry == null) {
      throw new ActivationsException(
          "the archive has no entry '" + name + "', which has its values");
    }
    if (entry.problem().isPresent()) {
      throw new ActivationsException(entry.problem().get());
    }
    return storages.computeIfAbsent(name, absent -> new StorageBytes(entry, checked));
  }

  /** Number of values of a storage up to the last one of a tensor. */
  private static long end(Tensor tensor) {
    long last = tensor.offset();
    for (int axis = 0; axis < tensor.sizes().size(); axis++) {
      long size = tensor.sizes().longs().get(axis);
      if (size == 0) {
        return tensor.offset();
      }
      last = Math.addExact(last, Math.multiplyExact(size - 1, tensor.strides().longs().get(axis)));
    }
    return Math.addExact(last, 1);
  }

  /** Checks that values which are there once are not repeated without end. */
  private static void requireFewEnough(Tuple sizes, long stored) {
    long values = sizes.longs().stream().reduce(1L, Math::multiplyExact);
    if (values > stored && values > Integer.MAX_VALUE) {
      throw new ActivationsException(
          "it repeats "
              + stored
              + " values to make "
              + values
              + " of them, expected at most "
              + Integer.MAX_VALUE);
    }
  }

  private ByteOrder byteOrder() throws IOException {
    ZipEntryBytes entry = entries.get(folder + "byteorder");
    String word =
        entry == null ? "little" : new String(read(entry, MOST_WORD), StandardCharsets.US_ASCII);
    return switch (word) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default ->
          throw new ActivationsException("its entry byteorder says neither 'little' nor 'big'");
    };
  }

  private static void requireLength(ZipEntryBytes entry, int most) {
    if (entry.size() > most) {
      throw new ActivationsException(
          entry.entry() + " is " + entry.size() + " bytes long, expected at most " + most);
    }
  }

  private byte[] read(ZipEntryBytes entry, int most) throws IOException {
    if (entry.problem().isPresent()) {
      throw new ActivationsException(entry.entry() + ": " + entry.problem().get());
    }
    requireLength(entry, most);
    try (InputStream in = new StorageBytes(entry, checked).stream()) {
      byte[] bytes = in.readNBytes((int) entry.size());
      if (bytes.length < entry.size() || in.read() >= 0) {
        throw new ZipException("the size of the entry is wrong");
      }
      return bytes;
    }
  }
}
