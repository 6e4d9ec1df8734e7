package org.spanmatch.spark.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options.OpenFileOptions;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * A file system of Hadoop as one of Java's, for reading, so that the readers of activations work on
 * any store.
 *
 * <p>By hand, because the one library for this, jsr203hadoop 1.0.3 of October 2016, is no longer
 * kept, and reads without saying how, which costs an object store a request for each block.
 */
final class Store extends FileSystem {
  static final String SEPARATOR = "/";

  // Readers look at a file after every block of some megabytes, and in an object store each look
  // is a request that takes as long as the block.
  private static final long STATUS_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What files are opened for, from which a store knows how much to fetch at once. */
  enum Access {
    /** A few bytes here and there. */
    HEADERS("random", "random"),
    /** Streams from front to back; channels too, until they go back. */
    VALUES("whole-file, sequential", "adaptive");

    private final String ofStreams;
    private final String ofChannels;

    Access(String ofStreams, String ofChannels) {
      this.ofStreams = ofStreams;
      this.ofChannels = ofChannels;
    }
  }

  private record Known(FileStatus status, long nanos) {}

  private final org.apache.hadoop.fs.FileSystem hadoop;
  private final org.apache.hadoop.fs.Path root;
  private final Access access;
  private final Map<Path, Known> known = new ConcurrentHashMap<>();

  private Store(
      org.apache.hadoop.fs.FileSystem hadoop, org.apache.hadoop.fs.Path root, Access access) {
    this.hadoop = hadoop;
    this.root = root;
    this.access = access;
  }

  /**
   * Returns a file of any store as a path of Java; one of this machine as an ordinary path.
   *
   * @param file the file, qualified by its scheme
   * @throws IOException if the store can't be reached
   */
  static Path path(String file, Configuration configuration, Access access) throws IOException {
    org.apache.hadoop.fs.Path qualified = new org.apache.hadoop.fs.Path(file);
    if ("file".equals(qualified.toUri().getScheme())) {
      return Path.of(qualified.toUri().getPath());
    }
    org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path(qualified, SEPARATOR);
    Store store = new Store(qualified.getFileSystem(configuration), root, access);
    return store.getPath(qualified.toUri().getPath());
  }

  /** Has the next look at a file of a store ask for its status. */
  static void forget(Path path) {
    if (path.getFileSystem() instanceof Store store) {
      store.known.clear();
    }
  }

  /** The scheme and the authority, such as {@code s3a://bucket/}. */
  org.apache.hadoop.fs.Path root() {
    return root;
  }

  /** The status of a file, at most a second old. */
  FileStatus status(StorePath path) throws IOException {
    Known last = known.get(path);
    if (last == null || System.nanoTime() - last.nanos > STATUS_NANOS) {
      try {
        last = new Known(hadoop.getFileStatus(path.hadoop()), System.nanoTime());
      } catch (IOException e) {
        throw translated(path, e);
      }
      known.put(path, last);
    }
    return last.status;
  }

  /** What a folder holds. */
  List<Path> list(StorePath folder) throws IOException {
    List<Path> found = new ArrayList<>();
    try {
      RemoteIterator<FileStatus> all = hadoop.listStatusIterator(folder.hadoop());
      while (all.hasNext()) {
        FileStatus status = all.next();
        Path path = folder.resolve(status.getPath().getName());
        known.put(path, new Known(status, System.nanoTime()));
        found.add(path);
      }
      return found;
    } catch (IOException e) {
      throw translated(folder, e);
    }
  }

  /** Opens a file to read it from front to back, or anywhere. */
  StoreChannel channel(StorePath path, boolean isStream) throws IOException {
    return new StoreChannel(
        this, path, status(path).getLen(), isStream ? access.ofStreams : access.ofChannels);
  }

  /** Opens a file; the caller closes it. */
  FSDataInputStream open(StorePath path, String policy) throws IOException {
    try {
      return FutureIO.awaitFuture(
          hadoop
              .openFile(path.hadoop())
              .opt(OpenFileOptions.FS_OPTION_OPENFILE_READ_POLICY, policy)
              .withFileStatus(status(path))
              .build());
    } catch (IOException e) {
      throw translated(path, e);
    }
  }

  /** The exception that Java's file systems throw in such a case. */
  private static IOException translated(StorePath path, IOException e) {
    IOException translated =
        e instanceof FileNotFoundException
            ? new NoSuchFileException(path.toString())
            : e instanceof AccessControlException
                ? new AccessDeniedException(path.toString())
                : null;
    if (translated == null) {
      return e;
    }
    translated.initCause(e);
    return translated;
  }

  @Override
  public FileSystemProvider provider() {
    return StoreProvider.INSTANCE;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("Hadoop shares it");
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return true;
  }

  @Override
  public String getSeparator() {
    return SEPARATOR;
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(getPath(SEPARATOR));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public StorePath getPath(String first, String... more) {
    String text =
        Stream.concat(Stream.of(first), Stream.of(more))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(SEPARATOR));
    List<String> names = Stream.of(text.split(SEPARATOR)).filter(name -> !name.isEmpty()).toList();
    return new StorePath(this, text.startsWith(SEPARATOR), names);
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    throw new UnsupportedOperationException("Hadoop has patterns with other characters");
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }
}
