package org.spanmatch.kernel.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.NeuronNorms;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.HeapMemory;
import org.spanmatch.kernel.KernelInfo;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceErrors;
import org.spanmatch.kernel.cuda.driver.DeviceException;
import org.spanmatch.kernel.cuda.driver.DeviceInfo;
import org.spanmatch.kernel.cuda.gram.Inbox;
import org.spanmatch.kernel.cuda.gram.Layers;
import org.spanmatch.kernel.vector.VectorProvider;
import org.spanmatch.kernel.vector.gram.GramTables;

/**
 * The kernel on NVIDIA GPUs: one pass over the activations leaves their Gram matrix on the device,
 * and all questions are answered there.
 *
 * <p>Where the device's memory can't hold the Gram matrix and its tables, about {@code 18·m²} bytes
 * for m neurons in two groups of one size, the matrix is computed in strips and the processor
 * answers. High precision, which rarely is asked for, is left to the java backend altogether.
 */
public final class CudaKernel implements ProjectionKernel {
  /** The name of the backend. */
  static final String NAME = "cuda";

  // Below this number of multiply-adds the java backend takes some tens of milliseconds, as long as
  // a device takes to start. A guess: nobody has measured it yet.
  private static final double LEAST_WORK = 2e9;

  // The part of a device's memory that is left free.
  private static final double RESERVE = 0.01;

  // Buffers and answers; everything larger lies on the device.
  private static final long HEAP_BYTES = 32 << 20;

  private final List<Device> devices;
  private final KernelOptions options;
  private final KernelInfo info;
  private final DeviceErrors errors;
  private ProjectionKernel host; // null until high precision is asked for

  /**
   * Creates contexts on devices.
   *
   * @param chosen at least one
   * @param arithmetic what computes, for {@link KernelInfo#arithmetic()}
   */
  CudaKernel(List<DeviceInfo> chosen, String arithmetic, KernelOptions options, String reason) {
    List<Device> opened = new ArrayList<>();
    try {
      chosen.forEach(device -> opened.add(new Device(device)));
    } catch (RuntimeException e) {
      opened.forEach(Device::close);
      throw e;
    }
    this.devices = List.copyOf(opened);
    this.options = options;
    String names = chosen.get(0).name();
    this.info =
        new KernelInfo(
            NAME,
            chosen.size() == 1
                ? "CUDA device " + chosen.get(0).number() + ", " + names
                : chosen.size() + " CUDA devices, the first one " + names,
            options.threads(),
            arithmetic,
            reason);
    this.errors = new DeviceErrors(info.device(), this::close);
  }

  /** The devices; the first one holds the tables. */
  public List<Device> devices() {
    return devices;
  }

  @Override
  public KernelInfo info() {
    return info;
  }

  @Override
  public boolean hasCheapRemovals() {
    return true;
  }

  @Override
  public boolean pays(int xNeurons, int yNeurons, long samples) {
    double all = (double) xNeurons + yNeurons;
    return samples * all * all >= LEAST_WORK;
  }

  @Override
  public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
    if (precision == Precision.HIGH) {
      return host().heapBytes(xNeurons, yNeurons, samples, precision);
    }
    double needed = ResidentGram.bytes(xNeurons, yNeurons, samples);
    return needed <= devices.get(0).info().memoryBytes()
        ? HEAP_BYTES
        : (long) (StripedGram.heapBytes(xNeurons, yNeurons) + HEAP_BYTES);
  }

  /** Whether a device has room for all, with something left for cuBLAS. */
  private boolean fits(Layers layers, long free) {
    double needed =
        ResidentGram.bytes(layers.x().neurons(), layers.y().neurons(), layers.samples())
            + Inbox.bytes(layers.x())
            + Inbox.bytes(layers.y());
    return needed + RESERVE * (double) devices.get(0).info().memoryBytes() <= (double) free;
  }

  private ProjectionKernel host() {
    requireOpen();
    if (host == null) {
      host = new VectorProvider().open(options, info.reason());
    }
    return host;
  }

  private void requireOpen() {
    if (!devices.get(0).isOpen()) {
      throw new IllegalStateException("the CUDA kernel is closed");
    }
  }

  @Override
  public ProjectionTable compress(Layer x, Layer y, GramOptions compression) {
    requireOpen();
    Layer.requireSameSamples(x, y);
    if (compression.precision() == Precision.HIGH) {
      return host().compress(x, y, compression);
    }
    HeapMemory.require(
        heapBytes(x.neurons(), y.neurons(), x.samples(), compression.precision()), x, y);
    return errors.on(devices.get(0), () -> compress(Layers.of(x, y), compression));
  }

  private ProjectionTable compress(Layers layers, GramOptions compression) {
    double threshold = compression.deadThreshold();
    JointGram gram = read(layers, compression);
    try {
      Moments x = gram.moments(Group.X);
      Moments y = gram.moments(Group.Y);
      if (!x.areExact(threshold) || !y.areExact(threshold)) {
        gram.close();
        // Not finite, or of extreme size: this names the value, or finds scales that cure it.
        NeuronNorms xNorms = NeuronNorms.of(layers.x(), done -> {});
        NeuronNorms yNorms = NeuronNorms.of(layers.y(), done -> {});
        gram = read(layers.scaled(xNorms, yNorms), compression);
        x = Moments.of(xNorms);
        y = Moments.of(yNorms);
      }
      return table(gram, Map.of(Group.X, x, Group.Y, y), threshold);
    } finally {
      gram.close();
    }
  }

  private JointGram read(Layers layers, GramOptions compression) {
    if (fits(layers, devices.get(0).freeBytes())) {
      try {
        return ResidentGram.of(devices, options.threads(), errors, layers, compression.progress());
      } catch (DeviceException e) {
        if (!e.isOutOfMemory()) {
          throw e;
        }
      }
    }
    // Other processes may have taken the memory that the estimate before reckoned with.
    HeapMemory.require(
        (long) StripedGram.heapBytes(layers.x().neurons(), layers.y().neurons()),
        layers.x(),
        layers.y());
    if (layers.neurons() > GramTables.MAX_NEURONS) {
      throw new NotEnoughMemoryException(
          layers.x().description()
              + ": "
              + layers.x().neurons()
              + " + "
              + layers.y().neurons()
              + " neurons are more than the memory of "
              + info.device()
              + " holds, and than the "
              + GramTables.MAX_NEURONS
              + " that the processor can take over");
    }
    return StripedGram.of(devices.get(0), options.threads(), layers, compression.progress());
  }

  private static ProjectionTable table(
      JointGram gram, Map<Group, Moments> moments, double threshold) {
    Moments x = moments.get(Group.X);
    Moments y = moments.get(Group.Y);
    LivingNeurons xLiving = new LivingNeurons(x.neurons(), x.dead(threshold), 0);
    LivingNeurons yLiving = new LivingNeurons(y.neurons(), y.dead(threshold), xLiving.count());
    int[] columns = new int[xLiving.count() + yLiving.count()];
    putColumns(xLiving, 0, columns);
    putColumns(yLiving, x.neurons(), columns);
    return gram.table(columns, Map.of(Group.X, xLiving, Group.Y, yLiving), moments);
  }

  private static void putColumns(LivingNeurons living, int first, int[] columns) {
    for (int neuron = 0; neuron < living.neurons(); neuron++) {
      if (living.contains(neuron)) {
        columns[living.column(neuron)] = first + neuron;
      }
    }
  }

  @Override
  public void close() {
    devices.forEach(Device::close);
    if (host != null) {
      host.close();
    }
  }
}
