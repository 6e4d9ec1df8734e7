package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * Tests how activations reach the device: through several threads, in parts and parcels of any
 * size, with the same bits whatever the threads do, and after any failure.
 */
@Tag("once")
@ExtendWith(StandInOnly.class)
class FeedTest {
  // More than one slot of the ring for a panel: 2048 · 300 · 8 bytes.
  private static final int WIDE = 300;

  /** Images in memory, {@code [N, C, H·W]}, which can be read in whole images, or in blocks. */
  private static final class Images implements Layer {
    private final int neurons;
    private final int images;
    private final int pixels;
    private final boolean hasRanges;
    private final double[] values;
    private Runnable beforeRead = () -> {};

    Images(long seed, int neurons, int images, int pixels, boolean hasRanges) {
      this.neurons = neurons;
      this.images = images;
      this.pixels = pixels;
      this.hasRanges = hasRanges;
      this.values =
          new SplittableRandom(seed).doubles((long) neurons * images * pixels, -1, 1).toArray();
    }

    Images beforeRead(Runnable action) {
      beforeRead = action;
      return this;
    }

    @Override
    public String name() {
      return "images";
    }

    @Override
    public String source() {
      return "test";
    }

    @Override
    public ElementType type() {
      return ElementType.FLOAT64;
    }

    @Override
    public int neurons() {
      return neurons;
    }

    @Override
    public List<Long> sampleAxes() {
      return List.of((long) images, (long) pixels);
    }

    private Block copy(int firstImage, int count, ByteBuffer target) {
      beforeRead.run();
      int image = neurons * pixels;
      ByteBuffer part =
          target
              .slice(target.position(), count * image * Double.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN);
      part.asDoubleBuffer().put(values, firstImage * image, count * image);
      target.position(target.position() + part.capacity());
      return new Block(type(), part, neurons, count, pixels, pixels, image, 1);
    }

    @Override
    public BlockReader open() {
      ByteBuffer room = ByteBuffer.allocate(5 * neurons * pixels * Double.BYTES);
      return new BlockReader() {
        private int done;

        @Override
        public Block next() {
          int count = Math.min(5, images - done);
          if (count == 0) {
            return null;
          }
          done += count;
          return copy(done - count, count, room.clear());
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public Optional<RangeReader> openRanges() {
      if (!hasRanges) {
        return Optional.empty();
      }
      return Optional.of(
          new RangeReader() {
            @Override
            public int unit() {
              return pixels;
            }

            @Override
            public Block fill(long firstSample, int count, ByteBuffer target) {
              return copy((int) (firstSample / pixels), count / pixels, target);
            }

            @Override
            public void close() {}
          });
    }
  }

  private static ProjectionKernel open(int threads) {
    return new CudaProvider().open(new KernelOptions(threads), "test");
  }

  private static double[] gram(ProjectionKernel kernel, Layer x, Layer y) {
    GramMatrix gram =
        (GramMatrix) kernel.gram(List.of(x, y), GramPair.all(2), GramOptions.defaults());
    return gram.block(new GramPair(0, 1));
  }

  private static Images wide(boolean hasRanges) {
    return new Images(1, WIDE, 5000, 1, hasRanges);
  }

  private static Images narrow(boolean hasRanges) {
    return new Images(2, 7, 5000, 1, hasRanges);
  }

  /** The bits are those of one thread and of blocks, also in memory that held something else. */
  @Test
  void threadsAndParcelsChangeNoBit() {
    double[] expected;
    try (ProjectionKernel kernel = open(1)) {
      expected = gram(kernel, wide(false), narrow(false));
    }
    for (int threads : new int[] {1, 2, 8}) {
      try (ProjectionKernel kernel = open(threads)) {
        gram(kernel, new Images(3, WIDE + 7, 2100, 1, true), new Images(4, 3, 2100, 1, false));
        for (int round = 0; round < 3; round++) {
          assertArrayEquals(expected, gram(kernel, wide(true), narrow(round == 1)));
        }
      }
      StandIn.assertClean(threads + " threads");
    }
  }

  /** Images that are smaller and larger than a panel, and whose ends lie anywhere in it. */
  @ParameterizedTest
  @ValueSource(ints = {3, 49, 1000, 2500, 9000})
  void imagesOfAnySizeAreTheSameAsBlocks(int pixels) {
    int images = 20_000 / pixels;
    for (String devices : List.of("0", KernelOptions.ALL_DEVICES)) {
      KernelOptions options = new KernelOptions(3, devices);
      try (ProjectionKernel kernel = new CudaProvider().open(options, "test")) {
        double[] blocks =
            gram(
                kernel,
                new Images(5, 70, images, pixels, false),
                new Images(6, 5, images, pixels, false));
        double[] ranges =
            gram(
                kernel,
                new Images(5, 70, images, pixels, true),
                new Images(6, 5, images, pixels, true));
        assertArrayEquals(blocks, ranges);
        double[] expected = products(pixels, images);
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], ranges[i], 20_000.0 * 20_000 * 0x1p-53);
        }
      }
      StandIn.assertClean(pixels + " pixels, devices " + devices);
    }
  }

  private static double[] products(int pixels, int images) {
    Images x = new Images(5, 70, images, pixels, true);
    Images y = new Images(6, 5, images, pixels, true);
    double[] products = new double[70 * 5];
    for (int i = 0; i < 70; i++) {
      for (int j = 0; j < 5; j++) {
        for (int image = 0; image < images; image++) {
          for (int pixel = 0; pixel < pixels; pixel++) {
            products[i * 5 + j] +=
                x.values[(image * 70 + i) * pixels + pixel]
                    * y.values[(image * 5 + j) * pixels + pixel];
          }
        }
      }
    }
    return products;
  }

  /** Whichever part fails, by whatever, that is what the caller gets, and the kernel works on. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFailureToReadIsTheCallersAndLeavesNothing(boolean hasRanges) {
    List<RuntimeException> failures =
        List.of(new ActivationsException("it ends here"), new IllegalStateException("a bug"));
    try (ProjectionKernel kernel = open(4)) {
      double[] expected = gram(kernel, wide(hasRanges), narrow(hasRanges));
      for (int place = 1; place <= 6; place++) {
        for (RuntimeException failure : failures) {
          AtomicInteger left = new AtomicInteger(place);
          Runnable fail =
              () -> {
                if (left.decrementAndGet() == 0) {
                  throw failure;
                }
              };
          Throwable met =
              assertThrows(
                  RuntimeException.class,
                  () -> gram(kernel, wide(hasRanges).beforeRead(fail), narrow(hasRanges)));
          assertSame(failure, met);
        }
        AtomicInteger left = new AtomicInteger(place);
        Runnable die =
            () -> {
              if (left.decrementAndGet() == 0) {
                throw new StackOverflowError("a thread dies");
              }
            };
        assertThrows(
            StackOverflowError.class,
            () -> gram(kernel, wide(hasRanges).beforeRead(die), narrow(hasRanges)));
        assertArrayEquals(expected, gram(kernel, wide(hasRanges), narrow(hasRanges)));
      }
    }
    StandIn.assertClean("failures to read");
  }

  @Test
  void anInterruptIsKeptAndEndsNothing() {
    try (ProjectionKernel kernel = open(2)) {
      double[] expected = gram(kernel, wide(true), narrow(false));
      Thread.currentThread().interrupt();
      double[] found = gram(kernel, wide(true), narrow(false));
      assertTrue(Thread.interrupted());
      assertArrayEquals(expected, found);
    }
    StandIn.assertClean("an interrupt");
  }

  /** Without page-locked memory, some of it or all, it goes on in ordinary memory. */
  @Test
  void pageableMemoryDoes() {
    try (ProjectionKernel kernel = open(2)) {
      StandIn.failCall(StandIn.Kind.PINNED_ALLOCATION, 2, 0);
      double[] first = gram(kernel, wide(true), narrow(true));
      assertTrue(StandIn.countedCalls() >= 4, "a ring of at least four slots");
      StandIn.behave();
      assertArrayEquals(first, gram(kernel, wide(true), narrow(true)));
    }
    StandIn.assertClean("pageable memory");
  }

  /** The second layer of the same size finds all memory there, and gives it up where it must. */
  @Test
  void memoryIsKeptForTheNextLayer() {
    try (ProjectionKernel kernel = open(2)) {
      gram(kernel, wide(true), narrow(true));
      for (StandIn.Kind kind :
          List.of(StandIn.Kind.DEVICE_ALLOCATION, StandIn.Kind.PINNED_ALLOCATION)) {
        StandIn.failCall(kind, 0, 0);
        gram(kernel, wide(true), narrow(true));
        // The diagonal comes and goes with the pool, too.
        assertEquals(0, StandIn.countedCalls(), kind.toString());
      }
      long kept = StandIn.bytesInUse();
      StandIn.setMemory(kept);
      Images other = new Images(7, 2 * WIDE, 2100, 1, true);
      gram(kernel, other, narrow2100());
      assertTrue(StandIn.bytesInUse() <= kept);
    }
    StandIn.assertClean("kept memory");
  }

  private static Images narrow2100() {
    return new Images(8, 7, 2100, 1, true);
  }

  /** They are daemons, and end when the kernel is closed. */
  @Test
  void threadsEndWithTheKernel() throws InterruptedException {
    try (ProjectionKernel kernel = open(4)) {
      gram(kernel, wide(true), narrow(true));
      assertFalse(uploadThreads().isEmpty());
      assertTrue(uploadThreads().size() <= 4);
      assertTrue(uploadThreads().stream().allMatch(Thread::isDaemon));
    }
    for (Thread thread : uploadThreads()) {
      thread.join();
    }
  }

  private static List<Thread> uploadThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("spanmatch-upload") && thread.isAlive())
        .toList();
  }
}
