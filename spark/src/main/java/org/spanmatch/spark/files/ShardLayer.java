package org.spanmatch.spark.files;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;

/**
 * A layer of a shard, whose file must stay as it was when its header was read, and which is read no
 * further when Spark kills the task, such as a speculative copy of another.
 */
final class ShardLayer extends Layer.Forwarding {
  private final Path file;
  private final FileState state;
  private final TaskContext task; // null outside of tasks

  ShardLayer(Layer layer, Path file, FileState state) {
    super(layer);
    this.file = file;
    this.state = state;
    this.task = TaskContext.get(); // not known to other threads, on which blocks may be read
  }

  @Override
  public void requireUnchanged() {
    state.require(file);
    super.requireUnchanged();
  }

  /** Reads at any place are for files of this machine alone: elsewhere each may be a request. */
  @Override
  public Optional<RangeReader> openRanges() {
    return file.getFileSystem() == FileSystems.getDefault()
        ? layer().openRanges()
        : Optional.empty();
  }

  @Override
  public BlockReader open() {
    return new Reader(super.open());
  }

  private final class Reader implements BlockReader {
    private final BlockReader reader;
    private long done;

    Reader(BlockReader reader) {
      this.reader = reader;
    }

    @Override
    public Block next() {
      if (task != null && task.isInterrupted()) {
        throw new TaskKilledException("killed while it read " + description());
      }
      Block block = reader.next();
      if (block != null) {
        done += block.samples();
        if (done == samples()) {
          requireUnchanged();
        }
      }
      return block;
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
