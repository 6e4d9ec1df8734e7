package org.spanmatch.activations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layer.RangeReader;

class ReadAheadTest {
  private static final String THREAD = "spanmatch-reader";
  private static final int BLOCK = 10; // samples
  private static final int BLOCK_BYTES = BLOCK * Float.BYTES;
  private static final long LARGE = 1L << 40;

  /** What happens when a layer is read, beside its being read. */
  private interface Fault {
    Fault NONE = (number, ahead) -> {};

    /**
     * Called before a layer is opened, with -1, and before each block.
     *
     * @param ahead whether a reading thread does it
     */
    void at(int block, boolean ahead);
  }

  private static boolean isReadingThread() {
    return Thread.currentThread().getName().equals(THREAD);
  }

  /** Layers of one neuron whose values follow from their position, which counts what is read. */
  private static final class Source implements Layer {
    private final int number;
    private final int samples;
    private final Fault fault;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger readAhead = new AtomicInteger(); // blocks
    private volatile boolean changed;
    private volatile boolean hasRanges;

    Source(int number, int samples, Fault fault) {
      this.number = number;
      this.samples = samples;
      this.fault = fault;
    }

    float value(long sample) {
      return 10_000f * number + sample;
    }

    @Override
    public String name() {
      return "layer" + number;
    }

    @Override
    public String source() {
      return "test";
    }

    @Override
    public ElementType type() {
      return ElementType.FLOAT32;
    }

    @Override
    public int neurons() {
      return 1;
    }

    @Override
    public List<Long> sampleAxes() {
      return List.of((long) samples);
    }

    @Override
    public void requireUnchanged() {
      if (changed) {
        throw new ActivationsException(description() + ": it changed");
      }
    }

    @Override
    public Optional<RangeReader> openRanges() {
      return hasRanges ? Optional.of(new NoRanges()) : Optional.empty();
    }

    @Override
    public BlockReader open() {
      requireUnchanged();
      fault.at(-1, isReadingThread());
      open.incrementAndGet();
      opened.incrementAndGet();
      return new BlockReader() {
        private final ByteBuffer data =
            ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.BIG_ENDIAN);
        private int position;
        private boolean closed;

        @Override
        public Block next() {
          assertFalse(closed);
          fault.at(position / BLOCK, isReadingThread());
          int count = Math.min(BLOCK, samples - position);
          data.clear();
          for (int i = 0; i < count; i++) {
            data.putFloat(value(position + i));
          }
          position += count;
          readAhead.addAndGet(isReadingThread() ? 1 : 0);
          return count == 0 ? null : Block.rows(type(), data, 1, count);
        }

        @Override
        public void close() {
          open.addAndGet(closed ? 0 : -1);
          closed = true;
        }
      };
    }
  }

  /** Only its presence counts. */
  private static final class NoRanges implements RangeReader {
    @Override
    public int unit() {
      return 1;
    }

    @Override
    public Block fill(long firstSample, int count, ByteBuffer target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  private static Source source(int number, int samples) {
    return new Source(number, samples, Fault.NONE);
  }

  private static List<Source> sources(int count, int samples) {
    List<Source> sources = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sources.add(source(i, samples));
    }
    return sources;
  }

  /** Each layer a step. */
  private static ReadAhead ahead(List<Source> sources, long heap, int threads) {
    return new ReadAhead(sources.stream().map(List::of).toList(), heap, threads);
  }

  private static Layer layer(ReadAhead ahead, int step) {
    return ahead.steps().get(step).get(0);
  }

  /** Reads blocks and checks their values. */
  private static long read(BlockReader reader, Source source, long from, int blocks) {
    long sample = from;
    for (int i = 0; i < blocks; i++) {
      Block block = reader.next();
      if (block == null) {
        assertEquals(source.samples, sample, source.name());
        return sample;
      }
      for (int j = 0; j < block.samples(); j++) {
        assertEquals(source.value(sample), block.type().get(block.data(), block.index(j)));
        sample++;
      }
    }
    return sample;
  }

  private static void readAll(Layer layer, Source source) {
    try (BlockReader reader = layer.open()) {
      assertEquals(source.samples, read(reader, source, 0, Integer.MAX_VALUE));
    }
  }

  /** Waits until the reading threads wait for something, or have ended. */
  private static void waitUntilIdle() throws InterruptedException {
    List<Thread> threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals(THREAD))
            .toList();
    for (Thread thread : threads) {
      while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
        Thread.sleep(1);
      }
    }
  }

  private static void assertNoThreads() {
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().equals(THREAD) && thread.isAlive()));
  }

  private static void assertAllClosed(List<Source> sources) {
    sources.forEach(source -> assertEquals(0, source.open.get(), source.name()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5})
  void layersReadAheadAreTheSame(int threads) {
    for (long heap : new long[] {0, 1000, 8000, 100_000, LARGE}) {
      List<Source> sources = sources(9, 95);
      try (ReadAhead ahead = ahead(sources, heap, threads)) {
        for (int i = 0; i < sources.size(); i++) {
          readAll(layer(ahead, i), sources.get(i));
        }
      }
      assertAllClosed(sources);
      assertNoThreads();
    }
  }

  /** A program that reads ranges leaves to the threads what has none. */
  @Test
  void layersWithRangesAreNotReadAheadWhereRangesAreUsed() throws InterruptedException {
    List<Source> sources = sources(4, 95);
    List.of(0, 1, 3).forEach(i -> sources.get(i).hasRanges = true);
    try (ReadAhead ahead = ahead(sources, LARGE, 1)) {
      assertTrue(layer(ahead, 0).openRanges().isPresent());
      waitUntilIdle();
      assertEquals(10, sources.get(2).readAhead.get());
      for (int i : new int[] {0, 1, 3}) {
        assertEquals(0, sources.get(i).opened.get());
      }
      assertTrue(layer(ahead, 1).openRanges().isPresent());
      assertEquals(Optional.empty(), layer(ahead, 2).openRanges());
      readAll(layer(ahead, 2), sources.get(2));
      assertEquals(1, sources.get(2).opened.get());
      readAll(layer(ahead, 3), sources.get(3));
    }
    assertAllClosed(sources);
    assertNoThreads();
  }

  /** Steps of several layers, read in any order and part, each layer in another thread. */
  @Test
  void whateverOrderTheyAreReadIn() throws InterruptedException, ExecutionException {
    ExecutorService two = Executors.newFixedThreadPool(2);
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Source> sources = new ArrayList<>();
      List<List<Source>> steps = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Source x = source(2 * i, random.nextInt(1, 200));
        Source y = source(2 * i + 1, random.nextInt(1, 200));
        steps.add(List.of(x, y));
        sources.addAll(steps.get(i));
      }
      long heap = random.nextBoolean() ? LARGE : random.nextInt(30_000);
      try (ReadAhead ahead = new ReadAhead(steps, heap, random.nextInt(4))) {
        int step = 0;
        while (step < steps.size()) {
          List<Future<?>> both = new ArrayList<>();
          for (int i = 0; i < 2; i++) {
            Source source = steps.get(step).get(i);
            Layer layer = ahead.steps().get(step).get(i);
            int blocks = random.nextInt(3) == 0 ? random.nextInt(5) : Integer.MAX_VALUE;
            if (random.nextInt(4) == 0) {
              layer.makeRoom(random.nextLong(heap + 1));
            }
            BlockReader reader = layer.open();
            both.add(
                two.submit(
                    () -> {
                      read(reader, source, 0, blocks);
                      reader.close();
                      reader.close();
                    }));
          }
          for (Future<?> one : both) {
            one.get();
          }
          step += random.nextInt(4) == 0 ? random.nextInt(-1, 3) : 1;
          step = Math.max(0, step);
        }
      }
      assertAllClosed(sources);
    }
    two.shutdown();
    assertNoThreads();
  }

  @Test
  void nextLayersAreReadWhileOneIsUsed() throws InterruptedException {
    List<Source> sources = sources(4, 100);
    try (ReadAhead ahead = ahead(sources, LARGE, 1)) {
      assertNoThreads();
      try (BlockReader reader = layer(ahead, 0).open()) {
        waitUntilIdle();
        assertEquals(0, sources.get(0).readAhead.get());
        for (Source source : sources.subList(1, 4)) {
          assertEquals(10, source.readAhead.get());
        }
        read(reader, sources.get(0), 0, Integer.MAX_VALUE);
      }
      readAll(layer(ahead, 1), sources.get(1));
      assertEquals(10, sources.get(1).readAhead.get());
      assertEquals(1, sources.get(1).opened.get());
      // Once only: another pass is read as it is.
      readAll(layer(ahead, 1), sources.get(1));
      assertEquals(2, sources.get(1).opened.get());
    }
  }

  /** Where a thread has begun, the program goes on, with the same reader. */
  @Test
  void whatMemoryHasNoRoomForIsReadLater() throws InterruptedException {
    List<Source> sources = sources(2, 100);
    long room = (sources.get(1).samples + 3L * BLOCK) * Float.BYTES;
    try (ReadAhead ahead = ahead(sources, 8 * room, 1)) {
      readAll(layer(ahead, 0), sources.get(0));
      waitUntilIdle();
      // Three copies, and the block in the reader's own buffer.
      assertEquals(4, sources.get(1).readAhead.get());
      readAll(layer(ahead, 1), sources.get(1));
      assertEquals(4, sources.get(1).readAhead.get());
      assertEquals(1, sources.get(1).opened.get());
    }
    assertAllClosed(sources);
  }

  @Test
  void computationsThatNeedTheHeapGetIt() throws InterruptedException {
    List<Source> sources = sources(5, 100);
    long heap = 100_000;
    try (ReadAhead ahead = ahead(sources, heap, 1)) {
      readAll(layer(ahead, 0), sources.get(0));
      waitUntilIdle();
      assertTrue(sources.get(1).readAhead.get() > 0);
      assertFalse(layer(ahead, 1).makeRoom(heap / 4), "there is room for both");
      assertTrue(layer(ahead, 1).makeRoom(heap / 2));
      assertAllClosed(sources);
      // A smaller estimate for the same step, such as that of a kernel, changes nothing.
      assertFalse(layer(ahead, 1).makeRoom(0));
      readAll(layer(ahead, 1), sources.get(1));
      waitUntilIdle();
      assertAllClosed(sources);
      // The next step does.
      assertFalse(layer(ahead, 2).makeRoom(0));
      readAll(layer(ahead, 2), sources.get(2));
    }
    assertAllClosed(sources);
  }

  @Test
  void theLargestStatedPartOfTheHeapIsKept() throws InterruptedException {
    long heap = 80_000;
    List<Source> sources = sources(30, 250);
    AtomicLong most = new AtomicLong();
    try (ReadAhead ahead = ahead(sources, heap, 3)) {
      for (int i = 0; i < sources.size(); i++) {
        readAll(layer(ahead, i), sources.get(i));
        waitUntilIdle();
        long blocks =
            sources.subList(i + 1, sources.size()).stream()
                .mapToLong(source -> source.readAhead.get())
                .sum();
        most.accumulateAndGet(blocks * BLOCK_BYTES, Math::max);
      }
    }
    assertTrue(most.get() > heap / 20, "nothing was tested: " + most);
    assertTrue(most.get() <= heap / 8, "kept " + most);
  }

  /** A file is open for each layer, and a process may have only so many. */
  @Test
  void fewFilesAreOpen() throws InterruptedException {
    List<Source> sources = sources(100, 5);
    try (ReadAhead ahead = ahead(sources, LARGE, 2)) {
      readAll(layer(ahead, 0), sources.get(0));
      waitUntilIdle();
      assertEquals(8, sources.stream().mapToInt(source -> source.open.get()).sum());
    }
  }

  @Test
  void largeLayersAreReadAheadForTheNextStepOnly() throws InterruptedException {
    List<Source> sources = sources(4, 1000);
    try (ReadAhead ahead = ahead(sources, 8 * 6000, 2)) {
      readAll(layer(ahead, 0), sources.get(0));
      waitUntilIdle();
      assertTrue(sources.get(1).readAhead.get() > 1);
      assertEquals(0, sources.get(2).opened.get());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 7})
  void errorsComeWhenTheLayerIsReadAndNotBefore(int badBlock) throws InterruptedException {
    Fault fault =
        (block, ahead) -> {
          if (block == badBlock) {
            throw new ActivationsException("bad");
          }
        };
    List<Source> sources = sources(4, 100);
    sources.set(2, new Source(2, 100, fault));
    try (ReadAhead ahead = ahead(sources, LARGE, 1)) {
      for (int i = 0; i < 2; i++) {
        readAll(layer(ahead, i), sources.get(i));
        waitUntilIdle();
      }
      if (badBlock < 0) {
        assertThrows(ActivationsException.class, () -> layer(ahead, 2).open());
      } else {
        try (BlockReader reader = layer(ahead, 2).open()) {
          assertEquals((long) badBlock * BLOCK, read(reader, sources.get(2), 0, badBlock));
          assertThrows(ActivationsException.class, reader::next);
        }
      }
      readAll(layer(ahead, 3), sources.get(3));
    }
    assertAllClosed(sources);
    assertNoThreads();
  }

  /** As where a thread has no memory, or a server is away for a moment. */
  @Test
  void whatFailsOnlyInReadingThreadsDoesNotFail() throws InterruptedException {
    List<Error> errors = List.of(new OutOfMemoryError("test"), new AssertionError("test"));
    for (Error error : errors) {
      for (int bad = -1; bad < 10; bad++) {
        int badBlock = bad;
        Fault fault =
            (block, ahead) -> {
              if (ahead && block == badBlock) {
                throw error;
              }
            };
        List<Source> sources = sources(4, 100);
        sources.set(1, new Source(1, 100, fault));
        try (ReadAhead ahead = ahead(sources, LARGE, 1)) {
          readAll(layer(ahead, 0), sources.get(0));
          waitUntilIdle();
          boolean hasMemory = !(error instanceof OutOfMemoryError);
          assertEquals(hasMemory, sources.get(3).readAhead.get() > 0);
          for (int i = 1; i < 4; i++) {
            readAll(layer(ahead, i), sources.get(i));
          }
        }
        assertAllClosed(sources);
      }
    }
  }

  /** Failures leave no memory and no open file counted that is not there. */
  @Test
  void failuresCostNoRoomForLaterLayers() throws InterruptedException {
    List<Source> sources = sources(41, 100);
    for (int i = 1; i < 40; i++) {
      int badBlock = i % 5 - 1;
      Fault fault =
          (block, ahead) -> {
            if (ahead && block == badBlock) {
              throw new ActivationsException("test");
            }
          };
      sources.set(i, new Source(i, 100, fault));
    }
    try (ReadAhead ahead = ahead(sources, 8 * 1200, 1)) {
      readAll(layer(ahead, 0), sources.get(0));
      waitUntilIdle();
      assertEquals(10, sources.get(40).readAhead.get());
      for (int i = 1; i < 41; i++) {
        readAll(layer(ahead, i), sources.get(i));
      }
      assertEquals(1, sources.get(40).opened.get());
    }
    assertAllClosed(sources);
  }

  /** The program has had some blocks when a thread fails that still reads the next one. */
  @Test
  void aThreadThatFailsWhileTheProgramReadsCostsNoBlock() throws Exception {
    CountDownLatch taken = new CountDownLatch(1);
    WaitingFault fault =
        (block, ahead) -> {
          if (ahead && block == 3) {
            taken.await();
            throw new IllegalStateException("test");
          }
        };
    List<Source> sources = sources(2, 100);
    sources.set(1, new Source(1, 100, unchecked(fault)));
    try (ReadAhead ahead = ahead(sources, LARGE, 1)) {
      readAll(layer(ahead, 0), sources.get(0));
      waitUntilIdle();
      try (BlockReader reader = layer(ahead, 1).open()) {
        assertEquals(20, read(reader, sources.get(1), 0, 2));
        taken.countDown();
        assertEquals(100, read(reader, sources.get(1), 20, Integer.MAX_VALUE));
      }
      assertEquals(2, sources.get(1).opened.get());
    }
    assertAllClosed(sources);
  }

  /** Too many open files, or no room for a file to unpack to. */
  @Test
  void whatFailsBesideOpenReadersIsTriedWithoutThem() throws InterruptedException {
    List<Source> sources = sources(4, 100);
    List<Source> others = Collections.synchronizedList(new ArrayList<>());
    Fault fault =
        (block, ahead) -> {
          if (block < 0 && others.stream().anyMatch(source -> source.open.get() > 0)) {
            throw new ActivationsException("too many open files");
          }
        };
    sources.set(1, new Source(1, 100, fault));
    others.addAll(sources.subList(2, 4));
    try (ReadAhead ahead = ahead(sources, LARGE, 1)) {
      readAll(layer(ahead, 0), sources.get(0));
      waitUntilIdle();
      readAll(layer(ahead, 1), sources.get(1));
      readAll(layer(ahead, 1), sources.get(1)); // now, with what is read ahead by then
      readAll(layer(ahead, 2), sources.get(2));
    }
    assertAllClosed(sources);
  }

  @Test
  void aLayerThatChangesAfterItWasReadAheadIsRefused() throws InterruptedException {
    List<Source> sources = sources(3, 100);
    try (ReadAhead ahead = ahead(sources, LARGE, 1)) {
      readAll(layer(ahead, 0), sources.get(0));
      waitUntilIdle();
      assertEquals(10, sources.get(1).readAhead.get());
      sources.get(1).changed = true;
      assertThrows(ActivationsException.class, () -> layer(ahead, 1).open());
      try (BlockReader reader = layer(ahead, 2).open()) {
        assertNotNull(reader.next());
        sources.get(2).changed = true;
        assertThrows(ActivationsException.class, reader::next);
      }
    }
    assertAllClosed(sources);
  }

  @Test
  void anInterruptedProgramReadsOn() throws InterruptedException {
    List<Source> sources = sources(3, 100);
    try (ReadAhead ahead = ahead(sources, LARGE, 1)) {
      readAll(layer(ahead, 0), sources.get(0));
      Thread.currentThread().interrupt();
      readAll(layer(ahead, 1), sources.get(1));
      assertTrue(Thread.interrupted());
      Thread.currentThread().interrupt();
    }
    assertTrue(Thread.interrupted());
    assertAllClosed(sources);
  }

  /** A thread that waits for a network drive, which nothing can interrupt, holds nobody up. */
  @Test
  void aThreadThatIsStuckIsLeft() throws InterruptedException {
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Fault fault =
        (block, ahead) -> {
          if (ahead && block == 1) {
            stuck.countDown();
            boolean waits = true;
            while (waits) {
              try {
                end.await();
                waits = false;
              } catch (InterruptedException e) {
                // waits on
              }
            }
          }
        };
    List<Source> sources = sources(3, 100);
    sources.set(1, new Source(1, 100, fault));
    ReadAhead ahead = ahead(sources, LARGE, 1);
    readAll(layer(ahead, 0), sources.get(0));
    stuck.await();
    assertTimeoutPreemptively(
        Duration.ofMinutes(1),
        () -> {
          layer(ahead, 2).makeRoom(LARGE);
          readAll(layer(ahead, 2), sources.get(2));
          ahead.close();
        });
    end.countDown();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals(THREAD)) {
        thread.join();
      }
    }
    assertAllClosed(sources);
  }

  @Test
  void closedItReadsOnByItself() throws InterruptedException {
    List<Source> sources = sources(3, 100);
    ReadAhead ahead = ahead(sources, LARGE, 1);
    readAll(layer(ahead, 0), sources.get(0));
    waitUntilIdle();
    try (BlockReader reader = layer(ahead, 1).open()) {
      assertEquals(20, read(reader, sources.get(1), 0, 2));
      ahead.close();
      ahead.close();
      assertNoThreads();
      assertEquals(100, read(reader, sources.get(1), 20, Integer.MAX_VALUE));
      assertNull(reader.next());
    }
    readAll(layer(ahead, 2), sources.get(2));
    assertAllClosed(sources);
  }

  @Test
  void oneThreadReadsNothingAhead() {
    List<Source> sources = sources(3, 100);
    try (Layers.Ahead ahead = Layers.ahead(sources.stream().map(List::of).toList(), 1)) {
      readAll(ahead.steps().get(0).get(0), sources.get(0));
      assertNoThreads();
    }
    assertThrows(IllegalArgumentException.class, () -> Layers.ahead(List.of(), 0));
  }

  /** A fault whose code may wait. */
  private interface WaitingFault {
    void at(int block, boolean ahead) throws InterruptedException;
  }

  private static Fault unchecked(WaitingFault fault) {
    return (block, ahead) -> {
      try {
        fault.at(block, ahead);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    };
  }
}
