package org.spanmatch.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Progress;

/** Tests that every moment counts for exactly one step. */
class LayerStepsTest {
  private static final double PAUSE = 0.02;

  /** A layer that is slow to open. */
  private static final Layer SLOW =
      new Layer.Forwarding(Layers.of("slow", 1, 1, new double[] {1})) {
        @Override
        public BlockReader open() {
          pause();
          return super.open();
        }
      };

  private static void pause() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static boolean readBoth(LayerComparison.Steps steps) {
    Thread other = new Thread(() -> steps.timed(SLOW).open().close());
    other.start();
    steps.timed(SLOW).open().close();
    try {
      other.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    pause();
    return true;
  }

  @Test
  void readingAtTheSameTimeCountsOnceAndAsReadingAlone() {
    LayerComparison.Steps steps =
        new LayerComparison.Steps(new LayerPair.OfActivations("slow", SLOW, SLOW), Progress.NONE);
    for (int run = 1; run <= 2; run++) {
      double readBefore = steps.seconds("read");
      double compressBefore = steps.seconds("compress");
      long start = System.nanoTime();
      assertTrue(steps.run("compress", () -> readBoth(steps)));
      double elapsed = (System.nanoTime() - start) / 1e9;
      double read = steps.seconds("read") - readBefore;
      double compress = steps.seconds("compress") - compressBefore;
      assertTrue(read > 0.99 * PAUSE, "read " + read);
      assertTrue(compress > 0.99 * PAUSE, "compress " + compress);
      assertTrue(read + compress < elapsed + 1e-6, read + " + " + compress + " of " + elapsed);
    }
    assertEquals(0, steps.seconds("match"));
    assertTrue(steps.toString().matches("read 0\\.[0-9]{2} s, compress 0\\.[0-9]{2} s"));
  }
}
