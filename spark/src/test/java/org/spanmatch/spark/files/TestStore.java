package org.spanmatch.spark.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options.OpenFileOptions;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.impl.OpenFileParameters;

/**
 * Files of this machine as those of a store, {@code store:///…}, which counts requests and fails
 * where a test asks for it.
 */
public final class TestStore extends RawLocalFileSystem {
  static final AtomicInteger OPENED = new AtomicInteger();
  static final AtomicInteger CLOSED = new AtomicInteger();
  static final AtomicInteger LOOKS = new AtomicInteger();
  static final AtomicInteger SEEKS = new AtomicInteger();
  static final AtomicInteger POSITIONED = new AtomicInteger();
  static final List<String> POLICIES = Collections.synchronizedList(new ArrayList<>());

  /** By the end of a file's name, how often reading it fails behind a position. */
  static final Map<String, AtomicInteger> FAILURES = new ConcurrentHashMap<>();

  static volatile long failsBehind;

  /** How long each read of at most 8 KiB takes. */
  static volatile long pauseNanos;

  static final AtomicLong BYTES = new AtomicLong();

  private static final URI ROOT = URI.create("store:///");

  /** Forgets what was counted, and that anything should fail. */
  static void reset() {
    for (AtomicInteger count : List.of(OPENED, CLOSED, LOOKS, SEEKS, POSITIONED)) {
      count.set(0);
    }
    POLICIES.clear();
    FAILURES.clear();
    failsBehind = 0;
    pauseNanos = 0;
    BYTES.set(0);
  }

  /** A configuration that has the store. */
  static Configuration configuration() {
    Configuration configuration = new Configuration();
    configuration.setClass("fs.store.impl", TestStore.class, org.apache.hadoop.fs.FileSystem.class);
    return configuration;
  }

  /** The name of a file of this machine in the store. */
  static String name(java.nio.file.Path file) {
    return "store://" + file.toAbsolutePath();
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public String getScheme() {
    return "store";
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    LOOKS.incrementAndGet();
    return super.getFileStatus(path);
  }

  @Override
  protected CompletableFuture<FSDataInputStream> openFileWithOptions(
      Path path, OpenFileParameters parameters) throws IOException {
    POLICIES.add(parameters.getOptions().get(OpenFileOptions.FS_OPTION_OPENFILE_READ_POLICY));
    return super.openFileWithOptions(path, parameters);
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    if (!exists(path)) {
      throw new FileNotFoundException(path.toString());
    }
    OPENED.incrementAndGet();
    AtomicInteger failures =
        FAILURES.entrySet().stream()
            .filter(each -> path.getName().endsWith(each.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElseGet(AtomicInteger::new);
    return new FSDataInputStream(new Counted(super.open(path, bufferSize), failures));
  }

  private static final class Counted extends FSInputStream {
    private final FSDataInputStream in;
    private final AtomicInteger failures;

    Counted(FSDataInputStream in, AtomicInteger failures) {
      this.in = in;
      this.failures = failures;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** Returns at most 8 KiB at once, as a network does. */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (getPos() >= failsBehind && failures.get() > 0 && failures.getAndDecrement() > 0) {
        throw new IOException("the connection was reset");
      }
      LockSupport.parkNanos(pauseNanos);
      int count = in.read(target, offset, Math.min(length, 8192));
      BYTES.addAndGet(count);
      return count;
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
      POSITIONED.incrementAndGet();
      return super.read(position, target, offset, length);
    }

    @Override
    public void seek(long position) throws IOException {
      SEEKS.incrementAndGet();
      in.seek(position);
    }

    @Override
    public long getPos() throws IOException {
      return in.getPos();
    }

    @Override
    public boolean seekToNewSource(long position) {
      return false;
    }

    @Override
    public void close() throws IOException {
      CLOSED.incrementAndGet();
      in.close();
    }
  }
}
