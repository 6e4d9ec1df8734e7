package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layer.RangeReader;

/**
 * See {@link Layers#ahead}. The threads take the layers in order, a block at a time, and stop where
 * memory ends. When the program opens a layer, it gets the blocks that are there, and then reads on
 * itself, with the reader that a thread began with. So a reading thread never waits for the
 * program, only for memory, and the program waits for at most the block that a thread is reading.
 *
 * <p>Whatever fails in a reading thread, also for want of memory or files, makes it forget the
 * layer, which the program then reads itself from the beginning. So the program meets every error
 * as if nothing were read ahead.
 *
 * <p>The monitor of this object guards the state of all layers.
 */
final class ReadAhead implements Layers.Ahead {
  private static final int LARGEST_SHARE = 8; // of the heap, as a divisor
  private static final long PASS_BYTES = 48L << 20; // what a pass over a layer takes at most
  private static final int LAYERS_PER_THREAD = 4; // a file is open for each
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

  private final long heap;
  private final int threads;
  private final List<List<Layer>> steps = new ArrayList<>();
  private final List<AheadLayer> layers = new ArrayList<>(); // in the order of reading
  private final List<Thread> readers = new ArrayList<>();
  private final Deque<ByteBuffer> spare = new ArrayDeque<>();
  private final List<AheadLayer> beingRead = new ArrayList<>();
  private long limit;
  private long held; // bytes: copies of blocks, spare ones too, and what open readers may take
  private int open; // number of layers with a reader that the program has not taken yet
  private int step = -1; // the latest of which a layer was opened
  private int first; // position of its first layer
  private boolean rangesAreUsed; // by the program, for all layers that have them
  private int roomStep = -1; // the latest that asked for room
  private long room; // what that one needs
  private boolean closed;

  /**
   * Prepares to read layers ahead.
   *
   * @param heap the largest possible heap, in bytes
   * @param threads number of threads that read; may be 0
   */
  ReadAhead(List<? extends List<? extends Layer>> steps, long heap, int threads) {
    this.heap = heap;
    this.limit = heap / LARGEST_SHARE;
    this.threads = threads;
    for (List<? extends Layer> together : steps) {
      List<Layer> ahead = new ArrayList<>();
      for (Layer layer : together) {
        AheadLayer one = new AheadLayer(layer, this.steps.size());
        layers.add(one);
        ahead.add(one);
      }
      this.steps.add(List.copyOf(ahead));
    }
  }

  /** See {@link Layers#ahead}. */
  static ReadAhead of(List<? extends List<? extends Layer>> steps, int threads) {
    Objects.requireNonNull(steps, "steps");
    if (threads < 1) {
      throw new IllegalArgumentException("expected at least 1 thread, found " + threads);
    }
    int cores = Runtime.getRuntime().availableProcessors();
    return new ReadAhead(steps, Runtime.getRuntime().maxMemory(), Math.min(threads, cores) / 2);
  }

  @Override
  public List<List<Layer>> steps() {
    return List.copyOf(steps);
  }

  // What the reading threads do.

  /**
   * What a thread does next: it opens a layer, or reads its next block.
   *
   * @param copy receives the block before, which the reader is about to overwrite; null if none
   * @param leavesRanges whether a layer that has ranges is left to the program
   */
  private record Work(AheadLayer layer, ByteBuffer copy, boolean leavesRanges) {}

  private void startThreads() {
    while (readers.size() < threads && !closed) {
      Thread reader = new Thread(this::readAll, "spanmatch-reader");
      reader.setDaemon(true);
      try {
        reader.start();
      } catch (OutOfMemoryError e) {
        return; // The system has no more threads; those that there are do, or the program reads.
      }
      readers.add(reader);
    }
  }

  private void readAll() {
    try {
      for (Work work = next(); work != null; work = next()) {
        read(work);
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  /** Waits for work; null when there will be no more. */
  private synchronized Work next() throws InterruptedException {
    Work work = work();
    while (work == null) {
      if (closed || (first().isEmpty() && beingRead.isEmpty())) {
        return null;
      }
      wait();
      work = work();
    }
    return work;
  }

  /** Returns the first layer that a thread could open or read on, memory permitting. */
  private Optional<AheadLayer> first() {
    return layers.subList(first, layers.size()).stream().filter(AheadLayer::canGoOn).findFirst();
  }

  /** Returns what to do next, and reserves the memory for it; null if nothing can be done now. */
  private Work work() {
    AheadLayer layer = first().orElse(null);
    if (closed || layer == null) {
      return null;
    }
    ByteBuffer copy = null;
    if (layer.reader == null) {
      if (!mayOpen(layer)) {
        return null;
      }
      held += layer.passBytes;
      open++;
    } else if (layer.latest != null) {
      copy = buffer(bytes(layer.latest));
      if (copy == null) {
        return null;
      }
    }
    layer.isBeingRead = true;
    beingRead.add(layer);
    return new Work(layer, copy, rangesAreUsed);
  }

  private boolean mayOpen(AheadLayer layer) {
    return open < (long) LAYERS_PER_THREAD * threads
        && fits(layer.step > step + 1 ? Math.max(layer.bytes, layer.passBytes) : layer.passBytes);
  }

  private boolean fits(long bytes) {
    while (held > limit - bytes && !spare.isEmpty()) {
      held -= spare.remove().capacity();
    }
    return held <= limit - bytes;
  }

  /** Returns a buffer of at least some bytes; null if there is no room for it. */
  private ByteBuffer buffer(int bytes) {
    if (!spare.isEmpty() && spare.element().capacity() >= bytes) {
      return spare.remove();
    }
    if (!fits(bytes)) {
      return null;
    }
    try {
      ByteBuffer buffer = ByteBuffer.allocate(bytes);
      held += bytes;
      return buffer;
    } catch (OutOfMemoryError e) {
      stop();
      return null;
    }
  }

  private void read(Work work) {
    AheadLayer layer = work.layer;
    BlockReader reader = layer.reader; // nobody else touches it, or the latest block, meanwhile
    Block copied = null;
    Block latest = null;
    boolean failed = true;
    boolean hasMemory = true;
    try {
      if (reader == null) {
        if (!work.leavesRanges || !hasRanges(layer.original())) {
          reader = layer.original().open();
          failed = false;
        }
      } else {
        copied = work.copy == null ? null : copy(layer.latest, work.copy);
        latest = reader.next();
        failed = latest == null; // too early
      }
    } catch (OutOfMemoryError e) {
      hasMemory = false;
    } catch (RuntimeException | Error e) {
      // The program meets it when it reads the layer.
    }
    synchronized (this) {
      layer.isBeingRead = false;
      beingRead.remove(layer);
      if (reader == null) {
        held -= layer.passBytes;
        open--;
      }
      layer.reader = reader;
      layer.latest = latest;
      if (copied != null) {
        layer.copies.add(copied);
      } else if (work.copy != null) {
        held -= work.copy.capacity();
      }
      layer.samplesRead += latest == null ? 0 : latest.samples();
      if (failed || closed || layer.isLeft) {
        layer.isLeft = true;
        free(layer);
      }
      if (!hasMemory) {
        stop();
      }
      notifyAll();
    }
  }

  private static boolean hasRanges(Layer layer) {
    Optional<RangeReader> ranges = layer.openRanges();
    ranges.ifPresent(RangeReader::close);
    return ranges.isPresent();
  }

  /** The number of bytes of a block's buffer that hold its values. */
  private static int bytes(Block block) {
    int last =
        (block.neurons() - 1) * block.neuronStride()
            + (block.outerSize() - 1) * block.outerStride()
            + (block.innerSize() - 1) * block.innerStride();
    return (last + 1) * block.type().bytes();
  }

  private static Block copy(Block block, ByteBuffer target) {
    target.clear().put(block.data().duplicate().clear().limit(bytes(block)));
    return new Block(
        block.type(),
        target.clear().order(block.data().order()),
        block.neurons(),
        block.outerSize(),
        block.innerSize(),
        block.neuronStride(),
        block.outerStride(),
        block.innerStride());
  }

  // Giving up.

  /** Frees what there is of a layer that is left, and that no thread is reading. */
  private void free(AheadLayer layer) {
    layer.copies.forEach(copy -> held -= copy.data().capacity());
    layer.copies.clear();
    layer.latest = null;
    if (layer.reader != null) {
      held -= layer.passBytes;
      open -= layer.isTaken ? 0 : 1;
      close(layer.reader);
      layer.reader = null;
    }
  }

  /** Closes a reader whose blocks nobody wants, so that its errors matter to nobody either. */
  private static void close(BlockReader reader) {
    try {
      reader.close();
    } catch (RuntimeException e) {
      // Whoever reads the layer will meet it.
    }
  }

  /** Leaves a layer to the program; returns whether there was anything of it. */
  private boolean leave(AheadLayer layer) {
    boolean hasSomething = layer.reader != null || layer.isBeingRead;
    layer.isLeft = true;
    if (!layer.isBeingRead) {
      free(layer);
    }
    return hasSomething;
  }

  /** Reads nothing more ahead. */
  private boolean stop() {
    room = Long.MAX_VALUE;
    roomStep = Integer.MAX_VALUE;
    return shrink(0);
  }

  private synchronized boolean makeRoom(int forStep, long heapBytes) {
    room = forStep > roomStep ? heapBytes : Math.max(room, heapBytes);
    roomStep = Math.max(roomStep, forStep);
    // What is held and needed then takes at most half of the heap. The rest is for garbage, for
    // what estimates leave out, and for the parts of the heap that the collector keeps apart.
    long left = (heap - 2 * Math.min(room, heap)) / 4;
    boolean gaveUp = shrink(Math.max(0, Math.min(heap / LARGEST_SHARE, left)));
    await(() -> beingRead.stream().noneMatch(one -> one.isLeft), PATIENCE);
    return gaveUp;
  }

  /** Gives up what exceeds a limit, the last layers first; returns whether there was any. */
  private boolean shrink(long bytes) {
    limit = bytes;
    boolean gaveUp = false;
    for (int i = layers.size() - 1; i >= 0 && !fits(0); i--) {
      gaveUp |= !layers.get(i).isTaken && leave(layers.get(i));
    }
    notifyAll();
    return gaveUp;
  }

  /** Waits, even if the thread is interrupted, as reading does. */
  private void await(BooleanSupplier end, long nanos) {
    long start = System.nanoTime();
    boolean interrupted = false;
    while (!end.getAsBoolean() && System.nanoTime() - start < nanos) {
      try {
        TimeUnit.NANOSECONDS.timedWait(this, nanos - (System.nanoTime() - start));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      layers.forEach(this::leave);
      spare.clear();
      readers.forEach(Thread::interrupt); // also those that unpack a layer
      notifyAll();
    }
    long start = System.nanoTime();
    boolean interrupted = false;
    for (Thread reader : readers) {
      long left = Math.max(1, PATIENCE - (System.nanoTime() - start));
      try {
        TimeUnit.NANOSECONDS.timedJoin(reader, left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A layer, and what was read of it ahead. */
  private final class AheadLayer extends Layer.Forwarding {
    private final int step;
    private final long samples;
    private final long bytes;
    private final long passBytes;
    private final Deque<Block> copies = new ArrayDeque<>(); // of the first blocks
    private Block latest; // the block after them, in the reader's own buffer
    private BlockReader reader; // null if none is open
    private long samplesRead;
    private boolean isBeingRead; // by a reading thread
    private boolean isTaken; // the program has opened it, and gets what was read
    private boolean isLeft; // the program reads it itself

    AheadLayer(Layer layer, int step) {
      super(layer);
      this.step = step;
      samples = layer.samples();
      bytes = bytes(layer);
      Layer whole = layer instanceof SelectedActivations selected ? selected.whole() : layer;
      passBytes = Math.min(PASS_BYTES, bytes(whole));
      isLeft = bytes == 0;
    }

    private static long bytes(Layer layer) {
      double bytes = (double) layer.samples() * layer.neurons() * layer.type().bytes();
      return (long) Math.min(bytes, 0x1p60); // more than any heap
    }

    Layer original() {
      return layer();
    }

    boolean canGoOn() {
      return !isBeingRead && !isTaken && !isLeft && samplesRead < samples;
    }

    @Override
    public BlockReader open() {
      if (!take()) {
        return openHere();
      }
      Reader ahead = new Reader();
      try {
        layer().requireUnchanged();
        return ahead;
      } catch (ActivationsException e) {
        ahead.close();
        throw e;
      }
    }

    /** Whether the caller gets what was read. */
    private boolean take() {
      synchronized (ReadAhead.this) {
        advance();
        ReadAhead.this.notifyAll();
        // Opening may mean to unpack all of it, and fail, which must not come later.
        await(() -> isLeft || reader != null || !isBeingRead, Long.MAX_VALUE);
        if (isTaken || isLeft || reader == null) {
          isLeft |= !isTaken;
          return false;
        }
        isTaken = true;
        open--;
        return true;
      }
    }

    /** Opens the layer; if that fails while others are open, tries it again without them. */
    private BlockReader openHere() {
      try {
        return layer().open();
      } catch (ActivationsException e) {
        synchronized (ReadAhead.this) {
          if (!stop()) {
            throw e;
          }
        }
        return layer().open();
      }
    }

    /** What was read ahead is of no use to ranges, and neither would it be for later layers. */
    @Override
    public Optional<RangeReader> openRanges() {
      Optional<RangeReader> ranges = layer().openRanges();
      if (ranges.isPresent()) {
        synchronized (ReadAhead.this) {
          rangesAreUsed = true;
          advance();
          if (!isTaken) {
            leave(this);
          }
          ReadAhead.this.notifyAll();
        }
      }
      return ranges;
    }

    /** Begins with the step of this layer, if that is a later one than before. */
    private void advance() {
      if (step > ReadAhead.this.step) {
        ReadAhead.this.step = step;
        for (; layers.get(first).step < step; first++) {
          if (!layers.get(first).isTaken) {
            leave(layers.get(first));
          }
        }
        startThreads();
      }
    }

    @Override
    public boolean makeRoom(long heapBytes) {
      boolean gaveUp = layer().makeRoom(heapBytes);
      return ReadAhead.this.makeRoom(step, heapBytes) || gaveUp;
    }

    /** The program's pass over the layer. */
    private final class Reader implements BlockReader {
      private int given; // number of blocks
      private ByteBuffer lent;
      private BlockReader rest; // null as long as there is something that was read ahead

      @Override
      public Block next() {
        if (rest == null) {
          Block block = nextAhead();
          if (block != null) {
            layer().requireUnchanged();
            given++;
            return block;
          }
          if (rest == null) {
            readAgain();
          }
        }
        return rest.next();
      }

      private Block nextAhead() {
        synchronized (ReadAhead.this) {
          takeBack();
          await(() -> !isBeingRead || !copies.isEmpty(), Long.MAX_VALUE);
          if (!copies.isEmpty()) {
            Block block = copies.remove();
            lent = block.data();
            return block;
          }
          Block block = latest;
          latest = null;
          if (block == null && reader != null) {
            rest = reader;
            reader = null;
            held -= passBytes;
          }
          return block;
        }
      }

      /** A thread could not go on, so this one reads from the beginning what it has not had yet. */
      private void readAgain() {
        rest = openHere();
        for (int i = 0; i < given; i++) {
          rest.next();
        }
      }

      private void takeBack() {
        if (lent != null && closed) {
          held -= lent.capacity();
        } else if (lent != null) {
          spare.add(lent);
        }
        lent = null;
        ReadAhead.this.notifyAll();
      }

      @Override
      public void close() {
        synchronized (ReadAhead.this) {
          takeBack();
          leave(AheadLayer.this);
        }
        if (rest != null) {
          rest.close();
        }
      }
    }
  }
}
