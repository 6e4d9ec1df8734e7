package org.spanmatch.activations.format;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.storage.NumericOrder;
import org.spanmatch.activations.storage.ReadFailure;

/**
 * The activations of one network: a file with one array per layer, such as a {@code .npz} archive
 * or a {@code .safetensors} file, a folder of files with one array each, or a single {@code .npy}
 * file.
 *
 * <p>What a file is, its first bytes decide, not its name. In an archive or a folder, only what is
 * asked for is judged: an entry that is not a readable array is {@linkplain #unusable() listed},
 * and the others are read.
 *
 * <p>Files need not be trusted. An unusable file causes an {@link ActivationsException} and nothing
 * else. The name of an entry or a file becomes the name of a layer, with any characters, and is
 * never used as a path. An open archive takes at most 64 times its size in memory, and a pass over
 * a layer at most 48 MiB more, whatever the file claims. The checksum of an archive entry is
 * verified when its layer is read to the end.
 */
public final class ActivationFile {
  private static final int MAX_FILES = 100_000;

  private final Path path;
  private final Formats formats = Formats.load();
  private final boolean singleArray;
  private final List<StoredArray> arrays = new ArrayList<>();
  private final List<UnusableEntry> unusable = new ArrayList<>();
  private final List<String> inParts = new ArrayList<>();

  /** Creates a file that holds some arrays. */
  ActivationFile(
      Path path,
      boolean singleArray,
      List<StoredArray> arrays,
      List<UnusableEntry> unusable,
      List<String> inParts) {
    this.path = path;
    this.singleArray = singleArray;
    this.arrays.addAll(arrays);
    this.unusable.addAll(unusable);
    this.inParts.addAll(inParts);
  }

  private ActivationFile(Path path) throws IOException {
    this.path = path;
    if (Files.isDirectory(path)) {
      singleArray = false;
      readFolder();
      return;
    }
    ActivationFormat.Content content;
    try {
      content = format(path).open(path);
    } catch (ActivationsException e) {
      throw new ActivationsException(path + ": " + e.getMessage(), e);
    }
    arrays.addAll(content.arrays());
    unusable.addAll(content.unusable());
    singleArray = content.lone();
  }

  /**
   * Opens a file or folder and reads the headers of its arrays, but no values.
   *
   * <p>Follows symbolic links, also those in a folder; skips hidden files and folders within a
   * folder.
   *
   * @param path a file in any {@linkplain ActivationFormat format}, or a folder of files that hold
   *     one array each
   * @return the file
   * @throws ActivationsException if it is missing, unreadable, damaged, or holds no arrays or more
   *     than 100,000 entries or files
   */
  public static ActivationFile open(Path path) {
    ActivationFile file = read(path);
    file.requireArrays();
    return file;
  }

  private static ActivationFile read(Path path) {
    Objects.requireNonNull(path, "path");
    requireReadable(path);
    try {
      return new ActivationFile(path);
    } catch (IOException e) {
      throw ReadFailure.of(path.toString(), e);
    }
  }

  /**
   * Opens a file or folder as {@link #open(Path)} does, with arrays that are numbered parts of one
   * layer, such as {@code conv1.000} and {@code conv1.001}, as one. In a folder, a folder of
   * numbered files is a layer too.
   *
   * @param path a file or folder
   * @param sharded which layers are stored in parts
   * @param layouts see {@link StoredArray#layer}
   * @return the file
   * @throws ActivationsException if it can't be opened; a layer whose parts are not complete, or
   *     differ in more than their number of examples, throws one when it is asked for
   */
  public static ActivationFile open(Path path, Sharded sharded, Collection<Layout> layouts) {
    ActivationFile file = read(path);
    ActivationFile joined = file.joined(sharded, layouts);
    joined.requireArrays();
    return joined;
  }

  /** Which layers are stored in numbered parts. */
  @FunctionalInterface
  public interface Sharded {
    /**
     * {@return whether arrays that are named by a layer, then a dot, an underscore or a hyphen, and
     * a number are its parts}
     *
     * @param layer the name of the layer
     */
    boolean takes(String layer);

    /**
     * {@return whether the layer is asked for by its very name} Nothing need stand before the
     * number then. Never by default.
     *
     * @param layer the name of the layer
     */
    default boolean names(String layer) {
      return false;
    }
  }

  /**
   * Several files on consecutive samples as those of one network: arrays of one name are
   * concatenated, and lone arrays whatever their names are.
   *
   * @param path what stands for all of them, such as a pattern
   * @param parts at least one, in the order of their samples
   * @param layouts see {@link StoredArray#layer}
   * @return the file
   * @throws ActivationsException if some are lone arrays and others are not; a layer that is
   *     missing in a part, or has another shape there, but for the number of examples, throws one
   *     when it is asked for
   */
  public static ActivationFile concatenated(
      Path path, List<ActivationFile> parts, Collection<Layout> layouts) {
    return FileParts.concatenated(path, parts, layouts);
  }

  /**
   * Lone arrays as the layers of one network.
   *
   * @param path what stands for all of them, such as their folder
   * @param layers files that hold a lone array each, by the name of the layer
   * @return the file, which is a lone array if there is only one
   * @throws ActivationsException if a file holds several arrays
   */
  public static ActivationFile ofLayers(Path path, Map<String, ActivationFile> layers) {
    List<StoredArray> arrays = new ArrayList<>();
    layers.forEach(
        (name, file) -> {
          if (!file.isSingleArray()) {
            throw new ActivationsException(
                file.path() + ": expected a single array, as in the other files, found several");
          }
          arrays.add(file.arrays().get(0).named(name));
        });
    return new ActivationFile(path, layers.size() == 1, arrays, List.of(), List.of());
  }

  /**
   * {@return this file with other layers}
   *
   * @param mapping makes each layer of that which its array holds; it may throw an {@link
   *     ActivationsException}
   */
  public ActivationFile mapped(UnaryOperator<Layer> mapping) {
    List<StoredArray> mapped =
        arrays.stream().<StoredArray>map(array -> new MappedArray(array, mapping)).toList();
    return new ActivationFile(path, singleArray, mapped, unusable, inParts);
  }

  /** {@return the names of the layers that are {@linkplain Sharded stored in parts}} */
  public List<String> inParts() {
    return Collections.unmodifiableList(inParts);
  }

  /** {@return the names of further layers that numbered arrays may be parts of} */
  public List<String> numbered() {
    return Shards.of(arrays, unusable).layers();
  }

  /**
   * {@return those layers that numbered arrays are parts of by all appearances} Their numbers have
   * leading zeros and the last part is smaller than the others, which are equal; or their names say
   * how many samples they hold, such as {@code features_0-1000}.
   */
  public List<String> evidentlySharded() {
    return Shards.of(arrays, unusable).evident();
  }

  private ActivationFile joined(Sharded sharded, Collection<Layout> layouts) {
    List<String> inParts = new ArrayList<>();
    Shards shards = Shards.of(arrays, unusable);
    IdentityHashMap<StoredArray, StoredArray> places =
        new IdentityHashMap<>(); // null for all but the first
    Set<String> names = new HashSet<>();
    for (String layer : shards.layers()) {
      boolean isNamed = sharded.names(layer);
      List<StoredArray> parts = shards.arrays(layer, isNamed);
      if (!layer.isEmpty() && !parts.isEmpty() && (isNamed || sharded.takes(layer))) {
        parts.forEach(part -> places.put(part, null));
        places.put(parts.get(0), shards.concatenated(layer, isNamed, layer, layouts));
        names.add(layer);
        inParts.add(layer);
      }
    }
    List<StoredArray> joined = new ArrayList<>();
    for (StoredArray array : arrays) {
      StoredArray place = places.getOrDefault(array, array);
      if (place == array && !names.add(array.name())) {
        throw new ActivationsException(
            path + ": the array '" + array.name() + "' and numbered parts are the same layer");
      }
      if (place != null) {
        joined.add(place);
      }
    }
    for (Path folder : folders()) {
      String layer = folder.getFileName().toString();
      if (sharded.takes(layer)) {
        folderOfParts(folder, layouts)
            .ifPresent(
                array -> {
                  if (!names.add(layer)) {
                    throw new ActivationsException(
                        path + ": the folder and the array '" + layer + "' are the same layer");
                  }
                  joined.add(array);
                  inParts.add(layer);
                });
      }
    }
    return new ActivationFile(path, singleArray, joined, unusable, inParts);
  }

  /** The layer whose parts are all files of a folder; empty if they are something else. */
  private static Optional<StoredArray> folderOfParts(Path folder, Collection<Layout> layouts) {
    ActivationFile inner = read(folder);
    Shards shards = Shards.of(inner.arrays, inner.unusable);
    List<String> layers = shards.layers();
    if (layers.size() != 1
        || shards.arrays(layers.get(0), true).size() < inner.arrays.size()
        || !inner.unusable.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        shards.concatenated(layers.get(0), true, folder.getFileName().toString(), layouts));
  }

  /** The visible folders in this one, in numeric order. */
  private List<Path> folders() {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(path)) {
      return all.filter(Files::isDirectory)
          .filter(folder -> !folder.getFileName().toString().startsWith("."))
          .sorted(Comparator.comparing(this::sortKey).thenComparing(Path::compareTo))
          .toList();
    } catch (IOException e) {
      throw ReadFailure.of(path.toString(), e);
    } catch (UncheckedIOException e) {
      throw ReadFailure.of(path.toString(), e.getCause());
    }
  }

  private static void requireReadable(Path path) {
    if (!Files.exists(path)) {
      throw new ActivationsException(
          path
              + (Files.isSymbolicLink(path)
                  ? ": it is a symbolic link that leads nowhere"
                  : ": there is no such file or folder"));
    }
    if (!Files.isDirectory(path) && !Files.isRegularFile(path)) {
      throw new ActivationsException(
          path + ": it is a pipe or a device, expected a file that can be read more than once");
    }
    if (!Files.isReadable(path)) {
      throw new ActivationsException(path + ": it can't be read: permission denied");
    }
  }

  /** {@return the path of the file or folder} */
  public Path path() {
    return path;
  }

  /**
   * {@return the arrays: those of an archive in file order, those of a folder in the order of its
   * file {@code .layers}, the others by name with numbers in numeric order}
   */
  public List<StoredArray> arrays() {
    return Collections.unmodifiableList(arrays);
  }

  /**
   * {@return the entries of the archive, or files of the folder, that are not readable arrays, in
   * the order of {@link #arrays()}}
   */
  public List<UnusableEntry> unusable() {
    return Collections.unmodifiableList(unusable);
  }

  /** {@return whether this is a lone array, whose name need not be the layer's} */
  public boolean isSingleArray() {
    return singleArray;
  }

  /**
   * Returns the format of a file, or the one to say what is wrong with it.
   *
   * @throws ActivationsException with the reason alone if it is in a format that is not read
   */
  private ActivationFormat format(Path file) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(ActivationFormat.START_BYTES);
    }
    for (ActivationFormat format : formats.all()) {
      if (format.recognises(file, start)) {
        return format;
      }
    }
    Optional<ForeignFormat> foreign = ForeignFormat.of(file);
    if (foreign.isPresent()) {
      throw new ActivationsException(foreign.get().reason());
    }
    return formats.bySuffix(file.getFileName().toString());
  }

  private void readFolder() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(path)) {
      files = all.filter(ActivationFile::isVisibleFile).sorted(folderOrder()).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    try {
      requireFewEnough(files.size());
    } catch (ActivationsException e) {
      throw new ActivationsException(path + ": " + e.getMessage(), e);
    }
    Set<String> names = new HashSet<>();
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (!Files.isRegularFile(file)) {
        if (formats.bySuffix(name).suffix(name).isPresent()) {
          requireReadable(file); // a pipe, a device, or a link that leads nowhere
        }
      } else if (addFile(file) && !names.add(layerName(name))) {
        throw new ActivationsException(
            path + ": two files of the folder are the layer '" + layerName(name) + "'");
      }
    }
  }

  private Comparator<Path> folderOrder() {
    Map<String, Integer> places = LayerOrder.of(path);
    return Comparator.comparing(
            (Path file) ->
                places.getOrDefault(layerName(file.getFileName().toString()), places.size()))
        .thenComparing(this::sortKey)
        .thenComparing(Path::compareTo);
  }

  /** Adds a file to the arrays, or else to those that are none; returns whether it is one. */
  private boolean addFile(Path file) throws IOException {
    String entry = file.getFileName().toString();
    try {
      if (!Files.isReadable(file)) {
        throw new ActivationsException("it can't be read: permission denied");
      }
      ActivationFormat.Content content = format(file).open(file);
      if (content.arrays().size() > 1) {
        throw new ActivationsException(
            "it holds "
                + content.arrays().size()
                + " arrays, expected one in each file of a folder; name it in the place of its"
                + " folder");
      }
      if (content.arrays().isEmpty()) {
        throw new ActivationsException(content.unusable().get(0).reason());
      }
      arrays.add(content.arrays().get(0).named(layerName(entry)));
      return true;
    } catch (ActivationsException e) {
      unusable.add(new UnusableEntry(file, entry, layerName(entry), e.getMessage()));
      return false;
    }
  }

  /**
   * Checks that there are at most 100,000 entries: more are no network, and would take hours to
   * open.
   *
   * @param entries number of entries, or of files in a folder
   * @throws ActivationsException with the reason alone if there are more
   */
  public static void requireFewEnough(int entries) {
    if (entries > MAX_FILES) {
      throw new ActivationsException(
          "it holds " + entries + " files, expected at most " + MAX_FILES);
    }
  }

  // Skips hidden files, which are not the user's: macOS puts "._conv1.npy" beside "conv1.npy".
  private static boolean isVisibleFile(Path file) {
    return !file.getFileName().toString().startsWith(".") && !Files.isDirectory(file);
  }

  private void requireArrays() {
    if (arrays.isEmpty()) {
      Optional<UnusableEntry> named =
          unusable.stream().filter(UnusableEntry::isNamedAsArray).findFirst();
      if (Files.isDirectory(path) && named.isEmpty()) {
        throw new ActivationsException(
            path + ": the folder holds no .npy files, and none in another format that is read");
      }
      throw named.orElseGet(() -> unusable.get(0)).exception();
    }
  }

  /** Returns the name of a file without the suffix of a format, if it has one. */
  String layerName(String file) {
    return formats.bySuffix(file).layerName(file);
  }

  private String sortKey(Path file) {
    return NumericOrder.key(layerName(file.getFileName().toString()));
  }

  /**
   * An entry of an archive, or a file of a folder, that is not a readable array. It matters only if
   * it is asked for.
   *
   * @param file the archive, or the file in the folder
   * @param entry the name of the entry or file
   * @param name the name that its layer would have
   * @param reason why it can't be used, such as "it is encrypted"
   */
  public record UnusableEntry(Path file, String entry, String name, String reason) {
    /**
     * {@return whether it is called {@code .npy} or the like, so that it was meant to be an array}
     */
    public boolean isNamedAsArray() {
      return !name().equals(entry);
    }

    /** {@return the error for those who ask for the entry, with file, name and reason} */
    public ActivationsException exception() {
      return new ActivationsException(file + ", layer '" + name() + "': " + reason);
    }
  }
}
