package org.spanmatch.activations.npy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.spanmatch.activations.ActivationsException;

/**
 * The activations of one network: a {@code .npz} archive or a folder of {@code .npy} files, with
 * one array per layer, or a single {@code .npy} file.
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
  private static final String SUFFIX = ".npy";
  private static final int MAX_FILES = 100_000;
  private static final Pattern DIGITS = Pattern.compile("\\d+");

  private final Path path;
  private final boolean singleArray;
  private final List<StoredArray> arrays = new ArrayList<>();
  private final List<UnusableEntry> unusable = new ArrayList<>();

  private ActivationFile(Path path) throws IOException {
    this.path = path;
    if (Files.isDirectory(path)) {
      singleArray = false;
      readFolder();
    } else if (isArchive(path)) {
      singleArray = false;
      readArchive();
    } else {
      singleArray = true;
      addFile(path);
      requireArrays("");
    }
  }

  /**
   * Opens a file or folder and reads the headers of its arrays, but no values.
   *
   * <p>Follows symbolic links, also those in a folder; skips hidden files and folders within a
   * folder.
   *
   * @param path a {@code .npy} or {@code .npz} file, or a folder of {@code .npy} files
   * @return the file
   * @throws ActivationsException if it is missing, unreadable, damaged, or holds no arrays or more
   *     than 100,000 entries or files
   */
  public static ActivationFile open(Path path) {
    Objects.requireNonNull(path, "path");
    requireReadable(path);
    try {
      return new ActivationFile(path);
    } catch (ZipException e) {
      throw new ActivationsException(
          path + ": it is not a readable .npz (zip) archive: " + e.getMessage(), e);
    } catch (IOException e) {
      throw StoredArray.unreadable(path.toString(), e);
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
   * {@return the arrays: those of an archive in file order, those of a folder by name with numbers
   * in numeric order}
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

  private static boolean isArchive(Path path) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(path)) {
      start = in.readNBytes(NpyHeader.MAGIC.length);
    }
    if (start.length >= 2 && start[0] == 'P' && start[1] == 'K') {
      return true;
    }
    if (NpyHeader.isMagic(start)) {
      return false;
    }
    Optional<ForeignFormat> format = ForeignFormat.of(path);
    if (format.isPresent()) {
      throw format.get().refusal(path);
    }
    return hasSuffix(path.getFileName().toString(), ".npz");
  }

  private void readArchive() throws IOException {
    List<ZipEntryBytes> entries = ZipDirectory.read(path);
    requireFewEnough(entries.size());
    long room = Files.size(path);
    for (ZipEntryBytes entry : entries) {
      room -= Math.min(entry.compressedSize(), room + 1);
      if (room < 0) {
        // With overlaps, a few bytes could stand for any number of arrays.
        throw new ActivationsException(path + ": the entries of the archive overlap");
      }
    }
    FileStamp stamp = FileStamp.of(path);
    Set<String> names = new HashSet<>();
    for (ZipEntryBytes entry : entries) {
      if (entry.isFolder()) {
        continue;
      }
      if (entry.problem().isPresent()) {
        unusable.add(new UnusableEntry(path, entry.entry(), entry.problem().get()));
      } else if (add(stamp, entry.entry(), entry) && !names.add(layerName(entry.entry()))) {
        throw new ActivationsException(
            path + ": two entries of the archive have the name '" + entry.entry() + "'");
      }
    }
    Optional<ForeignFormat> format = ForeignFormat.of(path, entries);
    if (arrays.isEmpty() && format.isPresent()) {
      throw format.get().refusal(path);
    }
    requireArrays("the archive holds no .npy arrays");
  }

  private void readFolder() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(path)) {
      files =
          all.filter(ActivationFile::isVisibleFile)
              .sorted(Comparator.comparing(ActivationFile::sortKey).thenComparing(Path::compareTo))
              .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    requireFewEnough(files.size());
    Set<String> names = new HashSet<>();
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (!Files.isRegularFile(file)) {
        if (hasSuffix(name, SUFFIX)) {
          requireReadable(file); // a pipe, a device, or a link that leads nowhere
        }
        continue;
      }
      if (addFile(file) && !names.add(layerName(name))) {
        throw new ActivationsException(
            path + ": two files of the folder are the layer '" + layerName(name) + "'");
      }
    }
    requireArrays("the folder holds no .npy files");
  }

  private boolean addFile(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (!Files.isReadable(file)) {
      unusable.add(new UnusableEntry(file, name, "it can't be read: permission denied"));
      return false;
    }
    if (add(FileStamp.of(file), name, new FileBytes(file))) {
      return true;
    }
    Optional<ForeignFormat> format = ForeignFormat.of(file);
    format.ifPresent(
        known -> unusable.set(unusable.size() - 1, new UnusableEntry(file, name, known.reason())));
    return false;
  }

  /** Adds an entry to the arrays, or else to those that are none; returns whether it is one. */
  private boolean add(FileStamp file, String entry, ArrayBytes bytes) {
    try {
      arrays.add(StoredArray.open(file, layerName(entry), bytes));
      return true;
    } catch (ActivationsException e) {
      unusable.add(new UnusableEntry(file.path(), entry, e.getMessage()));
      return false;
    }
  }

  /**
   * Checks that there are at most 100,000 files: more are no network, and would take hours to open.
   */
  private void requireFewEnough(int files) {
    if (files > MAX_FILES) {
      throw new ActivationsException(
          path + ": it holds " + files + " files, expected at most " + MAX_FILES);
    }
  }

  // Skips hidden files, which are not the user's: macOS puts "._conv1.npy" beside "conv1.npy".
  private static boolean isVisibleFile(Path file) {
    return !file.getFileName().toString().startsWith(".") && !Files.isDirectory(file);
  }

  private void requireArrays(String problem) {
    if (arrays.isEmpty()) {
      throw unusable.stream()
          .filter(entry -> singleArray || entry.isNamedAsArray())
          .findFirst()
          .map(UnusableEntry::exception)
          .orElseGet(() -> new ActivationsException(path + ": " + problem));
    }
  }

  private static boolean hasSuffix(String name, String suffix) {
    int length = suffix.length();
    return name.regionMatches(true, name.length() - length, suffix, 0, length);
  }

  /** Returns the name of an entry or file without {@code .npy}, in capitals or not. */
  static String layerName(String file) {
    return hasSuffix(file, SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
  }

  /** Returns the layer's name with padded numbers, so that conv10 sorts after conv2. */
  private static String sortKey(Path file) {
    return DIGITS
        .matcher(layerName(file.getFileName().toString()))
        .replaceAll(
            number -> "0".repeat(Math.max(0, 20 - number.group().length())) + number.group());
  }

  /**
   * An entry of an archive, or a file of a folder, that is not a readable array. It matters only if
   * it is asked for.
   *
   * @param file the archive, or the file in the folder
   * @param entry the name of the entry or file
   * @param reason why it can't be used, such as "it is encrypted"
   */
  public record UnusableEntry(Path file, String entry, String reason) {
    /** {@return the name that its layer would have} */
    public String name() {
      return ActivationFile.layerName(entry);
    }

    /** {@return whether it is called {@code .npy}, so that it was meant to be an array} */
    public boolean isNamedAsArray() {
      return !name().equals(entry);
    }

    /** {@return the error for those who ask for the entry, with file, name and reason} */
    public ActivationsException exception() {
      return new ActivationsException(file + ", layer '" + name() + "': " + reason);
    }
  }
}
