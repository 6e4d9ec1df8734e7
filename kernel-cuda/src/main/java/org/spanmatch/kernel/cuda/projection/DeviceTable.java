package org.spanmatch.kernel.cuda.projection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Peeled;
import org.spanmatch.kernel.backend.LivingPair;
import org.spanmatch.kernel.backend.NeuronTable;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceErrors;
import org.spanmatch.kernel.cuda.driver.DeviceException;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.projection.DeviceSpan.SavedSpan;
import org.spanmatch.kernel.cuda.projection.Peeling.Series;
import org.spanmatch.kernel.cuda.projection.Peeling.Taken;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Need;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Span;

/**
 * Both groups' neurons on a device, each projected on the span of what remains of the other group.
 */
public final class DeviceTable extends NeuronTable {
  // The latest marks keep what returning without a fresh start takes; older ones don't.
  private static final int MARKS = 8;

  // One may find that updates must be applied, and one that bounds are too large without them.
  private static final int MOST_VAIN_SERIES = 2;

  private final DeviceErrors errors;
  private final Device device;
  private final UnitGram gram;
  private final Allocations allocations;
  private final SpanCode code;
  // By the group that is projected.
  private final Map<Group, DeviceSpan> spans = new EnumMap<>(Group.class);
  private final Deque<Saved> marks = new ArrayDeque<>();
  private final Group[] groups; // by vector
  private final int[] neurons;
  private Peeling peeling; // null before the first peel
  private boolean open = true; // until memory is freed

  private static final class Saved {
    private final SavedSpan x;
    private final SavedSpan y;

    Saved(SavedSpan x, SavedSpan y) {
      this.x = x;
      this.y = y;
    }

    void restore() {
      x.restore();
      y.restore();
    }

    void forgetMemory() {
      x.forgetMemory();
      y.forgetMemory();
    }
  }

  /** A table in which every living neuron remains; the device is the current one. */
  private DeviceTable(DeviceErrors errors, Device device, UnitGram gram, LivingPair pair) {
    super(pair);
    this.errors = errors;
    this.device = device;
    this.gram = gram;
    this.allocations = device.allocations();
    this.groups = new Group[gram.size()];
    this.neurons = new int[gram.size()];
    for (Group group : Group.values()) {
      int[] left = remaining(group);
      int[] vectors = columns(group, left);
      for (int i = 0; i < left.length; i++) {
        groups[vectors[i]] = group;
        neurons[vectors[i]] = left[i];
      }
    }
    this.code = describe();
  }

  /**
   * A table in which every living neuron remains, ready for the first question; the device is the
   * current one.
   *
   * @param errors turns errors of the device into the documented exceptions
   * @param gram of the living neurons' activation vectors, released with the table
   * @param pair which neurons those are
   * @throws DeviceException where memory runs out; the Gram matrix is released then
   */
  public static DeviceTable started(
      DeviceErrors errors, Device device, UnitGram gram, LivingPair pair) {
    DeviceTable table = new DeviceTable(errors, device, gram, pair);
    try {
      table.spans.values().forEach(DeviceSpan::prepare);
      return table;
    } catch (RuntimeException | Error e) {
      table.close();
      throw e;
    }
  }

  /** A copy of another table on a lane of its device. */
  private DeviceTable(DeviceTable other, Device lane) {
    super(other);
    this.errors = other.errors;
    this.device = lane;
    this.gram = other.gram.share();
    this.allocations = lane.allocations();
    this.groups = other.groups;
    this.neurons = other.neurons;
    this.code = describe();
  }

  /** Creates a span for each group. */
  private SpanCode describe() {
    allocations.whenShort(() -> marks.forEach(Saved::forgetMemory));
    DeviceMemory memory;
    try {
      memory = allocations.bytes(2L * Span.BYTES);
    } catch (DeviceException e) {
      gram.release();
      allocations.close();
      throw e;
    }
    for (Group group : Group.values()) {
      int which = group == Group.X ? 0 : 1;
      int[] projected = columns(group, remaining(group));
      int[] spanning = columns(group.other(), remaining(group.other()));
      spans.put(
          group, new DeviceSpan(device, allocations, gram, memory, which, spanning, projected));
    }
    return new SpanCode(device, memory);
  }

  /** A table on a lane of the same device, as long as its memory has room for one more. */
  @Override
  public Optional<ProjectionTable> copy() {
    return on(
        () -> {
          Device lane = null;
          try {
            lane = device.lane();
            DeviceTable copy = new DeviceTable(this, lane);
            if (copy.start()) {
              return Optional.of(copy);
            }
            copy.close();
          } catch (DeviceException e) {
            if (lane != null) {
              lane.close();
            }
            if (!e.isOutOfMemory()) {
              throw e;
            }
          }
          return Optional.empty();
        });
  }

  /**
   * Gets ready for the first question; the device is the current one.
   *
   * @return false if its memory does not suffice
   */
  private boolean start() {
    try {
      spans.values().forEach(DeviceSpan::prepare);
      return true;
    } catch (DeviceException e) {
      if (e.isOutOfMemory()) {
        return false;
      }
      throw e;
    }
  }

  /** The most bytes of device memory that a table takes besides its Gram matrix. */
  public static double bytes(double xNeurons, double yNeurons) {
    double most = Math.max(xNeurons, yNeurons);
    return Tableau.bytes(xNeurons, yNeurons)
        + Tableau.bytes(yNeurons, xNeurons)
        + Double.BYTES * most * most;
  }

  @Override
  public Precision precision() {
    return Precision.STANDARD;
  }

  @Override
  public Distances distances(Group group) {
    int[] left = remaining(group);
    return on(() -> spans.get(group).distances(left));
  }

  @Override
  public int rank(Group group) {
    return on(() -> spans.get(group.other()).rank());
  }

  @Override
  public Optional<Effort> effort() {
    requireOpen();
    return Optional.of(spans.get(Group.X).effort().plus(spans.get(Group.Y).effort()));
  }

  @Override
  public void sharpen() {
    on(
        () -> {
          spans.values().forEach(DeviceSpan::applyPending);
          return null;
        });
  }

  @Override
  protected void removed(Group group, int[] removed) {
    int[] columns = columns(group, removed);
    DeviceSpan own = spans.get(group);
    DeviceSpan other = spans.get(group.other());
    own.remove(columns, new int[0]);
    other.remove(new int[0], columns);
    on(
        () -> {
          orForget(
              () -> {
                own.takeProjected(columns);
                other.sweepOut(columns);
              });
          return null;
        });
  }

  /**
   * Runs work that changes both spans on the device. When it fails, such as for want of memory,
   * both will start afresh.
   */
  private void orForget(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      spans.values().forEach(DeviceSpan::forget);
      throw e;
    }
  }

  // Peeling.

  /** Keeps the loop on the device: the host looks at it when a span needs something. */
  @Override
  public List<Peeled> peel(Progress progress) {
    List<Peeled> peeled = new ArrayList<>();
    int total = remaining(Group.X).length + remaining(Group.Y).length;
    on(
        () -> {
          orForget(() -> spans.values().forEach(span -> span.prepare(Need.START)));
          return null;
        });
    int series = 0;
    while (peeled.size() < total) {
      int before = peeled.size();
      on(
          () -> {
            orForget(() -> peelSome(peeled));
            return null;
          });
      series = peeled.size() > before ? 0 : series + 1;
      if (series > MOST_VAIN_SERIES) {
        throw new IllegalStateException("peeling stopped although neurons remain");
      }
      progress.update("spectrum", peeled.size(), total);
    }
    return peeled;
  }

  /**
   * Takes out some neurons, and prepares the spans for the next ones.
   *
   * @param peeled gets the neurons
   */
  private void peelSome(List<Peeled> peeled) {
    int left = remaining(Group.X).length + remaining(Group.Y).length;
    int lines = spans.values().stream().mapToInt(DeviceSpan::sweepSize).max().orElseThrow();
    if (peeling == null) {
      peeling = new Peeling(device, allocations, code, 2 * gram.size());
    }
    int room = spans.values().stream().mapToInt(DeviceSpan::room).min().orElseThrow();
    Series series = peeling.steps(left, lines, room);
    List<Peeled> some = series.taken().stream().map(this::peeled).toList();
    peeled.addAll(some);
    int[] x = taken(some, Group.X);
    int[] y = taken(some, Group.Y);
    take(Group.X, x);
    take(Group.Y, y);
    int[] xColumns = columns(Group.X, x);
    int[] yColumns = columns(Group.Y, y);
    spans.get(Group.X).remove(xColumns, yColumns);
    spans.get(Group.Y).remove(yColumns, xColumns);
    spans.get(Group.X).peeled(yColumns);
    spans.get(Group.Y).peeled(xColumns);
    if (series.x() != Need.NOTHING || series.y() != Need.NOTHING) {
      spans.get(Group.X).prepare(series.x());
      spans.get(Group.Y).prepare(series.y());
    }
  }

  private Peeled peeled(Taken taken) {
    int vector = taken.vector();
    return new Peeled(
        groups[vector], neurons[vector], taken.distance(), taken.errorBound(), taken.highest());
  }

  private static int[] taken(List<Peeled> peeled, Group group) {
    return peeled.stream().filter(p -> p.group() == group).mapToInt(Peeled::neuron).toArray();
  }

  // Marks.

  @Override
  protected Object save() {
    return on(
        () -> {
          while (marks.size() >= MARKS) {
            marks.removeFirst().forgetMemory();
          }
          Saved saved = new Saved(spans.get(Group.X).save(), spans.get(Group.Y).save());
          marks.addLast(saved);
          return saved;
        });
  }

  @Override
  protected void restore(Object mark) {
    Saved saved = (Saved) mark;
    on(
        () -> {
          // Later marks have become invalid.
          while (!marks.isEmpty() && marks.peekLast() != saved) {
            marks.removeLast().forgetMemory();
          }
          saved.restore();
          return null;
        });
  }

  private <T> T on(Supplier<T> work) {
    requireOpen();
    return errors.on(device, work);
  }

  @Override
  public void close() {
    super.close();
    if (open) {
      open = false;
      allocations.close();
      gram.release();
      if (device.isLane()) {
        device.close();
      }
    }
  }
}
