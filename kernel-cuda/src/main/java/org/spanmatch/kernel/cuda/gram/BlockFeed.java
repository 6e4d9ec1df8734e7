package org.spanmatch.kernel.cuda.gram;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.kernel.cuda.driver.Uninterrupted;
import org.spanmatch.kernel.cuda.driver.UploadRing;

/**
 * A pass over a layer that is read from front to back: a parcel is a block. While its parts are
 * copied nothing is read, which matters little where blocks are inflated or gathered.
 */
final class BlockFeed implements LayerFeed {
  private final String description;
  private final long samples;
  private final BlockReader reader;
  private final Readers readers;
  private CompletableFuture<Block> block = new CompletableFuture<>(); // the next one
  private volatile Future<?> reading; // the task that reads it, or the one before
  private long done; // samples of earlier blocks

  /** Starts a pass, and reading the first block. */
  BlockFeed(Layer layer, Readers readers) {
    this.description = layer.description();
    this.samples = layer.samples();
    this.readers = readers;
    this.reader = layer.open();
    try {
      begin(block);
    } catch (RuntimeException | Error e) {
      reader.close();
      throw e;
    }
  }

  // Synchronised, lest a thread that is slow to store its task replaces a later one.
  private synchronized void begin(CompletableFuture<Block> result) {
    reading =
        readers.submit(
            () -> {
              try {
                result.complete(reader.next());
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
              return null;
            });
  }

  @Override
  public boolean isReady() {
    return block.isDone();
  }

  @Override
  public Parcel next() {
    Block next = Uninterrupted.await(block);
    if (next == null) {
      throw new ActivationsException(
          description + " ended " + (samples - done) + " samples or more too early");
    }
    long first = done;
    done += next.samples();
    boolean isLast = done >= samples;
    CompletableFuture<Block> after = new CompletableFuture<>();
    block = after;
    return new Parcel(first, next.samples(), bytes(next), UploadRing.SLOT_BYTES) {
      @Override
      Block copy(int part, ByteBuffer target) {
        int from = (int) partStart(part);
        target.put(next.data().duplicate().clear().position(from).limit(from + partLength(part)));
        return next;
      }

      @Override
      void finished() {
        if (!isLast) {
          begin(after);
        }
      }
    };
  }

  /** The number of bytes of a block's buffer that hold its values. */
  private static int bytes(Block block) {
    int last =
        (block.neurons() - 1) * block.neuronStride()
            + (block.outerSize() - 1) * block.outerStride()
            + (block.innerSize() - 1) * block.innerStride();
    return (last + 1) * block.type().bytes();
  }

  @Override
  public void close() {
    Uninterrupted.await(reading);
    reader.close();
  }
}
