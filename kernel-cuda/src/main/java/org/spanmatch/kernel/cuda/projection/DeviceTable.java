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
import org.spanmatch.kernel.cuda.projection.SpanLayout.Span;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Step;

/**
 * Both groups' neurons on a device, each projected on the span of what remains of the other group.
 */
public final class DeviceTable extends NeuronTable {
  // The latest marks keep what returning without a fresh start takes; older ones don't.
  private static final int MARKS = 8;

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
    return new SpanCode(device.code(), memory);
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

  /** Keeps the loop on the device: the host looks at it after {@link Tableau#PENDING} steps. */
  @Override
  public List<Peeled> peel(Progress progress) {
    List<Peeled> peeled = new ArrayList<>();
    int total = remaining(Group.X).length + remaining(Group.Y).length;
    while (peeled.size() < total) {
      on(
          () -> {
            orForget(() -> peeled.addAll(peelSome()));
            return null;
          });
      progress.update("spectrum", peeled.size(), total);
    }
    return peeled;
  }

  private List<Peeled> peelSome() {
    for (DeviceSpan span : spans.values()) {
      span.prepare();
      span.applyPending();
    }
    List<Peeled> peeled = peelOnDevice();
    if (peeled.isEmpty()) {
      throw new IllegalStateException("peeling stopped although neurons remain");
    }
    int[] x = taken(peeled, Group.X);
    int[] y = taken(peeled, Group.Y);
    take(Group.X, x);
    take(Group.Y, y);
    int[] xColumns = columns(Group.X, x);
    int[] yColumns = columns(Group.Y, y);
    spans.get(Group.X).remove(xColumns, yColumns);
    spans.get(Group.Y).remove(yColumns, xColumns);
    for (DeviceSpan span : spans.values()) {
      span.peeled(Tableau.PENDING);
      span.applyPending();
    }
    return peeled;
  }

  /** Takes out up to {@link Tableau#PENDING} neurons, fewer if a fresh start is needed. */
  private List<Peeled> peelOnDevice() {
    DeviceSpan x = spans.get(Group.X);
    DeviceSpan y = spans.get(Group.Y);
    int sweepSize = Math.max(x.sweepSize(), y.sweepSize());
    int count = x.projectedVectors().length + y.projectedVectors().length;
    int surveyCount = SpanCode.surveyCount(count);
    double[] values;
    try (DeviceMemory xVectors = allocations.of(x.projectedVectors());
        DeviceMemory yVectors = allocations.of(y.projectedVectors());
        DeviceMemory surveys = allocations.doubles((long) SpanLayout.SURVEY_DOUBLES * surveyCount);
        DeviceMemory steps = allocations.doubles((long) Step.DOUBLES * Tableau.PENDING)) {
      device.clear(steps); // of steps that aren't needed only the vector is written
      for (int step = 0; step < Tableau.PENDING; step++) {
        code.survey(surveys, surveyCount);
        code.peel(surveys, surveyCount, xVectors, yVectors, step, steps);
        code.readPivot(0, 2, step, sweepSize);
        code.sweepOut(0, 2, step, sweepSize);
      }
      code.countSweep(0, 2, Tableau.PENDING - 1);
      values = device.transfers().download(steps, 0, Step.DOUBLES * Tableau.PENDING);
    }
    List<Peeled> peeled = new ArrayList<>();
    for (int i = 0; i < Tableau.PENDING && Step.VECTOR.of(values, i) >= 0; i++) {
      int vector = (int) Step.VECTOR.of(values, i);
      peeled.add(
          new Peeled(
              groups[vector],
              neurons[vector],
              Step.DISTANCE.of(values, i),
              Step.ERROR_BOUND.of(values, i),
              Step.HIGHEST.of(values, i)));
    }
    return peeled;
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
