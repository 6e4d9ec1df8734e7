package org.spanmatch.kernel.cuda.gram;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.Uninterrupted;
import org.spanmatch.kernel.cuda.driver.UploadRing;

/**
 * One pass over all layers, which deals panels out to strips in turn. What is to be done is planned
 * in one order, panel by panel and layer by layer, and done in that order: parts are copied,
 * parcels unpacked, panels added. So no result depends on when something was read. Reading begins
 * when it is planned, as far ahead as there are slots.
 */
final class StripPass implements AutoCloseable {
  // For each thread that reads: one that it fills, one that is copied meanwhile.
  private static final int SLOTS_PER_READER = 2;

  private static final int LEAST_SLOTS = 4;

  private final List<Device> devices;
  private final List<GramStrip> strips;
  private final JointLayers layers;
  private final Readers readers;
  private final int slots;
  private final List<LayerFeed> feeds = new ArrayList<>(); // by layer; null for no neurons
  private final Parcel[] parcels; // the latest, by layer
  private final int[] reading; // parts whose copy has not begun, by strip
  private final Deque<Step> steps = new ArrayDeque<>();
  private volatile boolean over;

  // What is planned next.
  private int turn; // number of the strip
  private long done; // samples of earlier panels
  private int layer;
  private int filled; // samples of the panel that are planned for this layer

  /** Something to do on a device. */
  private interface Step {
    void run();

    /** Waits for threads that do a part of it. */
    default void await() {}
  }

  /**
   * Opens all layers.
   *
   * @param devices the device of each strip
   */
  StripPass(List<Device> devices, List<GramStrip> strips, JointLayers layers, Readers readers) {
    this.devices = devices;
    this.strips = strips;
    this.layers = layers;
    this.readers = readers;
    this.slots = Math.max(LEAST_SLOTS, SLOTS_PER_READER * readers.count());
    this.parcels = new Parcel[layers.layers().size()];
    this.reading = new int[strips.size()];
    devices.forEach(device -> device.run(() -> device.uploads().begin(slots)));
    try {
      layers.layers().forEach(scaled -> feeds.add(open(scaled.layer())));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private LayerFeed open(Layer one) {
    if (one.neurons() == 0) {
      one.open().close();
      return null;
    }
    return LayerFeed.of(one, strips.get(0).panelSamples(), readers);
  }

  /**
   * Adds all samples to the strips.
   *
   * @param progress receives the number of samples so far
   */
  void run(LongConsumer progress) {
    while (true) {
      boolean planned = true;
      while (planned) {
        // With nothing else to do, it may wait for a block.
        planned = done < layers.samples() && plan(steps.isEmpty(), progress);
      }
      if (steps.isEmpty()) {
        return;
      }
      steps.element().run();
      steps.remove();
    }
  }

  /** Plans the next thing; false if that needs a block that is still being read, or a slot. */
  private boolean plan(boolean mayWait, LongConsumer progress) {
    GramStrip strip = strips.get(turn);
    int count = (int) Math.min(strip.panelSamples(), layers.samples() - done);
    if (layer == feeds.size()) {
      planPanel(strip, count, progress);
      return true;
    }
    LayerFeed feed = feeds.get(layer);
    if (feed == null || filled == count) {
      layer++;
      filled = 0;
      return true;
    }
    long sample = done + filled;
    if (parcels[layer] == null || sample == parcels[layer].end()) {
      if (parcels[layer] != null) {
        parcels[layer].complete();
        parcels[layer] = null;
      }
      if (!mayWait && !feed.isReady()) {
        return false;
      }
      parcels[layer] = feed.next();
    }
    Parcel parcel = parcels[layer];
    Inbox.Place place = strip.inbox(layer).placeOf(parcel);
    if (place.isIncomplete()) {
      return planPart(parcel, place);
    }
    int some = (int) Math.min(count - filled, parcel.end() - sample);
    planPiece(strip, place, (int) (sample - parcel.first()), some);
    return true;
  }

  private void planPanel(GramStrip strip, int count, LongConsumer progress) {
    Device device = devices.get(turn);
    done += count;
    long all = done;
    steps.add(
        () -> {
          device.run(() -> strip.addPanel(count));
          progress.accept(all);
        });
    turn = (turn + 1) % strips.size();
    layer = 0;
  }

  private void planPiece(GramStrip strip, Inbox.Place place, int from, int count) {
    Device device = devices.get(turn);
    int row = filled;
    int column = layers.first(layer);
    steps.add(() -> device.run(() -> strip.unpack(place, from, count, row, column)));
    filled += count;
  }

  /** Begins to read a part; false if there is no slot for it. */
  private boolean planPart(Parcel parcel, Inbox.Place place) {
    if (reading[turn] == slots) {
      return false;
    }
    Device device = devices.get(turn);
    UploadRing.Slot slot = device.call(() -> device.uploads().next());
    int part = place.planPart();
    Future<Block> read = readers.submit(() -> read(device, parcel, part, slot));
    int strip = turn;
    reading[strip]++;
    steps.add(
        new Step() {
          @Override
          public void run() {
            Block layout = Uninterrupted.await(read);
            device.run(() -> place.receive(parcel, part, slot, layout));
            reading[strip]--;
          }

          @Override
          public void await() {
            try {
              Uninterrupted.await(read);
            } catch (RuntimeException | Error e) {
              // Whatever ended the pass came first.
            }
          }
        });
    return true;
  }

  private Block read(Device device, Parcel parcel, int part, UploadRing.Slot slot) {
    if (over) {
      return null;
    }
    ByteBuffer room = device.here(slot::awaitFree);
    return parcel.read(part, room);
  }

  /** Ends the pass, also in its midst: waits for the threads, and for copies from the ring. */
  @Override
  public void close() {
    over = true;
    steps.forEach(Step::await);
    try {
      if (!steps.isEmpty()) {
        devices.forEach(device -> device.run(device::finish));
      }
    } finally {
      closeFeeds(feeds.size());
    }
  }

  /** Closes some feeds, and continues after failures. */
  private void closeFeeds(int count) {
    if (count > 0) {
      try {
        closeFeeds(count - 1);
      } finally {
        if (feeds.get(count - 1) != null) {
          feeds.get(count - 1).close();
        }
      }
    }
  }
}
