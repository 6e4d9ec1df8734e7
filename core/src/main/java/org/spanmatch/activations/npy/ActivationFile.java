package org.spanmatch.activations.npy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.spanmatch.activations.ActivationsException;

/**
 * The activations of one network: a {@code .npz} archive or a folder of {@code .npy} files, with
 * one array per layer, or a single {@code .npy} file.
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
  private final List<StoredArray> arrays;
  private final boolean singleArray;

  private ActivationFile(Path path, List<StoredArray> arrays, boolean singleArray) {
    this.path = path;
    this.arrays = List.copyOf(arrays);
    this.singleArray = singleArray;
  }

  /**
   * Opens a file or folder and reads the headers of its arrays, but no values.
   *
   * <p>The file's name decides whether it is a {@code .npz} archive, or its first bytes if the name
   * has neither suffix. Follows symbolic links, also those in a folder; skips hidden files and
   * folders within a folder.
   *
   * @param path a {@code .npy} or {@code .npz} file, or a folder of {@code .npy} files
   * @return the file
   * @throws ActivationsException if it is missing, unreadable, damaged, or holds no arrays or more
   *     than 100,000
   */
  public static ActivationFile open(Path path) {
    Objects.requireNonNull(path, "path");
    requireReadable(path);
    try {
      if (Files.isDirectory(path)) {
        return new ActivationFile(path, folder(path), false);
      }
      if (isArchive(path)) {
        return new ActivationFile(path, archive(path), false);
      }
      String file = path.getFileName().toString();
      return new ActivationFile(
          path,
          List.of(StoredArray.open(FileStamp.of(path), layerName(file), new FileBytes(path))),
          true);
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
    return arrays;
  }

  /** {@return whether this is a lone {@code .npy} file, whose name need not be the layer's} */
  public boolean isSingleArray() {
    return singleArray;
  }

  private static boolean isArchive(Path path) throws IOException {
    String file = path.getFileName().toString();
    if (file.endsWith(".npz") || file.endsWith(SUFFIX)) {
      return file.endsWith(".npz");
    }
    try (var in = Files.newInputStream(path)) {
      return in.read() == 'P' && in.read() == 'K';
    }
  }

  private static List<StoredArray> archive(Path path) throws IOException {
    ZipEnd.check(path);
    List<StoredArray> arrays = new ArrayList<>();
    FileStamp stamp = FileStamp.of(path);
    try (ZipFile zip = new ZipFile(path.toFile())) {
      List<? extends ZipEntry> entries = entries(zip);
      requirePlausible(entries, path);
      for (ZipEntry entry : entries) {
        String name = entry.getName();
        if (name.endsWith(SUFFIX)) {
          ArrayBytes bytes = new ZipEntryBytes(path, name, entry.getSize());
          arrays.add(StoredArray.open(stamp, layerName(name), bytes));
        }
      }
    }
    return required(arrays, path, "the archive holds no .npy arrays");
  }

  private static List<? extends ZipEntry> entries(ZipFile zip) throws ZipException {
    try {
      return Collections.list(zip.entries());
    } catch (IllegalArgumentException e) {
      throw new ZipException("the name of an entry is not UTF-8");
    }
  }

  private static void requirePlausible(List<? extends ZipEntry> entries, Path path)
      throws IOException {
    requireFewEnough(entries.size(), path);
    Set<String> names = new HashSet<>();
    long room = Files.size(path);
    for (ZipEntry entry : entries) {
      String name = entry.getName();
      if (entry.getSize() < 0 || entry.getCompressedSize() < 0) {
        throw new ZipException("the entry '" + name + "' has no size");
      }
      if (Zip64Extra.hasNegative(entry)) {
        throw new ZipException("the entry '" + name + "' has a negative size");
      }
      room -= entry.getCompressedSize();
      if (room < 0) {
        // With overlaps, a few bytes could stand for any number of arrays.
        throw new ActivationsException(path + ": the entries of the archive overlap");
      }
      if (name.endsWith(SUFFIX) && !names.add(name)) {
        throw new ActivationsException(
            path + ": two entries of the archive have the name '" + name + "'");
      }
    }
  }

  private static List<StoredArray> folder(Path path) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(path)) {
      files =
          all.filter(ActivationFile::isArrayFile)
              .sorted(Comparator.comparing(ActivationFile::sortKey).thenComparing(Path::compareTo))
              .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    requireFewEnough(files.size(), path);
    List<StoredArray> arrays = new ArrayList<>();
    for (Path file : files) {
      requireReadable(file);
      String name = layerName(file.getFileName().toString());
      arrays.add(StoredArray.open(FileStamp.of(file), name, new FileBytes(file)));
    }
    return required(arrays, path, "the folder holds no .npy files");
  }

  /**
   * Checks that there are at most 100,000 files: more are no network, and would take hours to open.
   */
  private static void requireFewEnough(int files, Path path) {
    if (files > MAX_FILES) {
      throw new ActivationsException(
          path + ": it holds " + files + " files, expected at most " + MAX_FILES);
    }
  }

  // Skips hidden files, which are not the user's: macOS puts "._conv1.npy" beside "conv1.npy".
  private static boolean isArrayFile(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(SUFFIX) && !name.startsWith(".") && !Files.isDirectory(file);
  }

  private static List<StoredArray> required(List<StoredArray> arrays, Path path, String problem) {
    if (arrays.isEmpty()) {
      throw new ActivationsException(path + ": " + problem);
    }
    return arrays;
  }

  private static String layerName(String file) {
    return file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
  }

  /** Returns the layer's name with padded numbers, so that conv10 sorts after conv2. */
  private static String sortKey(Path file) {
    return DIGITS
        .matcher(layerName(file.getFileName().toString()))
        .replaceAll(
            number -> "0".repeat(Math.max(0, 20 - number.group().length())) + number.group());
  }
}
