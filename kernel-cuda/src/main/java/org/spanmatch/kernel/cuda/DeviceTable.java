package org.spanmatch.kernel.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.Moments;
import org.spanmatch.kernel.NeuronTable;
import org.spanmatch.kernel.Peeled;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.cuda.DeviceCode.Grid;
import org.spanmatch.kernel.cuda.DeviceSpan.SavedSpan;

/**
 * Both groups' neurons on a device, each projected on the span of what remains of the other group.
 */
final class DeviceTable extends NeuronTable {
  // So many marks are returned to without a fresh start; older ones need one.
  private static final int MARKS = 8;

  // As in spanmatch.cu: the sizes of structs Step and Survey, and threads of a block for the
  // latter.
  private static final int STEP_VALUES = 4;
  private static final int SURVEY_VALUES = 8;
  private static final int SURVEY = 128;

  private final CudaKernel kernel;
  private final Device device;
  private final UnitGram gram;
  private final Allocations allocations;
  private final DeviceMemory descriptors;
  // By the group that is projected.
  private final Map<Group, DeviceSpan> spans = new EnumMap<>(Group.class);
  private final Deque<Saved> marks = new ArrayDeque<>();
  private final Group[] groups; // by vector
  private final int[] neurons;
  private boolean open = true;

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

  /**
   * A table in which every living neuron remains; the device is the current one.
   *
   * @param kernel whose device this is on
   * @param gram of the living neurons' activation vectors, released with this table
   * @param living the neurons of each group
   * @param moments their norms and sums
   */
  DeviceTable(
      CudaKernel kernel,
      Device device,
      UnitGram gram,
      long samples,
      Map<Group, LivingNeurons> living,
      Map<Group, Moments> moments) {
    super(samples, living, moments);
    this.kernel = kernel;
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
    this.descriptors = describe();
  }

  /** A table in which the same neurons remain as in another, on a lane of its device. */
  private DeviceTable(DeviceTable other, Device lane) {
    super(other);
    this.kernel = other.kernel;
    this.device = lane;
    this.gram = other.gram.share();
    this.allocations = lane.allocations();
    this.groups = other.groups;
    this.neurons = other.neurons;
    this.descriptors = describe();
  }

  /** Makes a span for each group. */
  private DeviceMemory describe() {
    allocations.whenShort(() -> marks.forEach(Saved::forgetMemory));
    DeviceMemory memory;
    try {
      memory = allocations.bytes(2L * DeviceSpan.DESCRIPTOR_BYTES);
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
    return memory;
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
  boolean start() {
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

  /** How many bytes of device memory a table takes at most when its Gram matrix is there. */
  static double bytes(double xNeurons, double yNeurons) {
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
   * Does something that changes both spans on the device. When it fails, such as for want of
   * memory, both will start afresh.
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
    Grid survey = new Grid(Grid.blocks(count, SURVEY), 1, SURVEY, 1);
    double[] values;
    try (DeviceMemory xVectors = allocations.of(x.projectedVectors());
        DeviceMemory yVectors = allocations.of(y.projectedVectors());
        DeviceMemory surveys = allocations.doubles((long) SURVEY_VALUES * survey.blocksX());
        DeviceMemory steps = allocations.doubles((long) STEP_VALUES * Tableau.PENDING)) {
      for (int step = 0; step < Tableau.PENDING; step++) {
        device.code().launch("survey", survey, descriptors, surveys);
        device
            .code()
            .launch(
                "peel",
                new Grid(1, 1, SURVEY, 1),
                descriptors,
                surveys,
                survey.blocksX(),
                xVectors,
                yVectors,
                step,
                steps);
        DeviceSpan.sweepOut(device, descriptors, 0, 2, step, sweepSize);
      }
      DeviceSpan.countSweeps(device, descriptors, 0, 2, Tableau.PENDING - 1);
      values = device.transfers().download(steps, 0, STEP_VALUES * Tableau.PENDING);
    }
    List<Peeled> peeled = new ArrayList<>();
    for (int at = 0; at < values.length && values[at] >= 0; at += STEP_VALUES) {
      int vector = (int) values[at];
      peeled.add(
          new Peeled(
              groups[vector], neurons[vector], values[at + 1], values[at + 2], values[at + 3]));
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
    if (!open) {
      throw new IllegalStateException("the table is closed");
    }
    return kernel.on(device, work);
  }

  @Override
  public void close() {
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
