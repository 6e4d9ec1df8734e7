package org.spanmatch.spark.files;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A path in a store. */
final class StorePath implements Path {
  private final Store store;
  private final boolean absolute;
  private final List<String> names;
  private final String text;

  /**
   * Creates a path.
   *
   * @param names of the folders and the file, none empty
   */
  StorePath(Store store, boolean absolute, List<String> names) {
    this.store = store;
    this.absolute = absolute;
    this.names = List.copyOf(names);
    String joined = String.join(Store.SEPARATOR, names);
    this.text = absolute ? store.root() + joined : joined;
  }

  /** The path as Hadoop has it. */
  org.apache.hadoop.fs.Path hadoop() {
    URI root = store.root().toUri();
    return new org.apache.hadoop.fs.Path(
        root.getScheme(),
        root.getAuthority(),
        Store.SEPARATOR + String.join(Store.SEPARATOR, names));
  }

  Store store() {
    return store;
  }

  @Override
  public FileSystem getFileSystem() {
    return store;
  }

  @Override
  public boolean isAbsolute() {
    return absolute;
  }

  @Override
  public Path getRoot() {
    return absolute ? new StorePath(store, true, List.of()) : null;
  }

  @Override
  public Path getFileName() {
    return names.isEmpty() ? null : getName(names.size() - 1);
  }

  @Override
  public Path getParent() {
    return names.isEmpty() || (names.size() == 1 && !absolute)
        ? null
        : new StorePath(store, absolute, names.subList(0, names.size() - 1));
  }

  @Override
  public int getNameCount() {
    return names.size();
  }

  @Override
  public Path getName(int index) {
    return subpath(index, index + 1);
  }

  @Override
  public Path subpath(int from, int to) {
    return new StorePath(store, false, names.subList(from, to));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof StorePath path
        && path.absolute == absolute
        && Collections.indexOfSubList(names, path.names) == 0;
  }

  @Override
  public boolean endsWith(Path other) {
    return other instanceof StorePath path
        && (path.absolute
            ? equals(path)
            : path.names.size() <= names.size()
                && names
                    .subList(names.size() - path.names.size(), names.size())
                    .equals(path.names));
  }

  @Override
  public Path normalize() {
    return this; // Hadoop's paths are
  }

  @Override
  public Path resolve(Path other) {
    if (!(other instanceof StorePath path)) {
      throw new ProviderMismatchException();
    }
    if (path.absolute) {
      return path;
    }
    List<String> all = new ArrayList<>(names);
    all.addAll(path.names);
    return new StorePath(store, absolute, all);
  }

  @Override
  public Path relativize(Path other) {
    throw new UnsupportedOperationException();
  }

  @Override
  public URI toUri() {
    return hadoop().toUri();
  }

  @Override
  public Path toAbsolutePath() {
    return new StorePath(store, true, names);
  }

  @Override
  public Path toRealPath(LinkOption... options) {
    return toAbsolutePath();
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int compareTo(Path other) {
    return text.compareTo(((StorePath) other).text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StorePath path && path.absolute == absolute && path.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
