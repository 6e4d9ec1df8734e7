package org.spanmatch.kernel.cuda;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.GramPass;
import org.spanmatch.kernel.backend.HeapMemory;
import org.spanmatch.kernel.backend.ScaledLayer;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceErrors;
import org.spanmatch.kernel.cuda.driver.DeviceException;
import org.spanmatch.kernel.cuda.driver.DeviceInfo;
import org.spanmatch.kernel.cuda.gram.GramStrip;
import org.spanmatch.kernel.cuda.gram.JointLayers;
import org.spanmatch.kernel.cuda.gram.PanelProducts;
import org.spanmatch.kernel.cuda.gram.Readers;
import org.spanmatch.kernel.cuda.projection.DeviceTable;
import org.spanmatch.kernel.cuda.projection.UnitGram;

/**
 * The kernel on NVIDIA GPUs: one pass over the activations leaves their Gram matrix on the device,
 * and all questions are answered there.
 *
 * <p>A table of two groups of one size takes about {@code 18·m²} bytes of the device's memory for m
 * neurons in all, with the Gram matrix. Where that does not fit, {@link #table} and {@link
 * #compress} refuse, and {@link #gram} adds up in strips of rows. High precision is declined.
 */
public final class CudaKernel implements ProjectionKernel {
  /** The name of the backend. */
  static final String NAME = "cuda";

  // The size of the smallest layer at which a device was measured to be faster than the processor:
  // 20,000 samples of 512 + 512 neurons up to all match levels took an H100 83 ms, and 16 threads
  // of the java backend beside it 168 ms (benchmarks/results/2026-11-28-h100). With 256 + 256 the
  // H100 took 50 ms, and the processor a fourth to an eighth of its 168 ms, by the counts of
  // operations: there a device gains nothing, and its start is lost.
  private static final double LEAST_WORK = 20_000.0 * 1024 * 1024;

  // The part of a device's memory that is left free.
  private static final double RESERVE = 0.01;

  // Buffers and answers; everything larger lies on the device.
  private static final long HEAP_BYTES = 32 << 20;

  private final Opening opening;
  private final PanelProducts products;
  private final ProjectionKernel.Info info;
  private final DeviceErrors errors;
  private final Readers readers;

  /**
   * Creates a kernel that opens its devices when they are first needed.
   *
   * @param chosen at least one
   * @param products how activations are multiplied
   * @param arithmetic what computes, for {@link ProjectionKernel.Info#arithmetic()}
   */
  CudaKernel(
      List<DeviceInfo> chosen,
      PanelProducts products,
      String arithmetic,
      KernelOptions options,
      String reason) {
    this.opening = new Opening(chosen);
    this.products = products;
    String names = chosen.get(0).name();
    this.info =
        new ProjectionKernel.Info(
            NAME,
            chosen.size() == 1
                ? "CUDA device " + chosen.get(0).number() + ", " + names
                : chosen.size() + " CUDA devices, the first one " + names,
            options.threads(),
            arithmetic,
            reason);
    this.errors = new DeviceErrors(info.device(), this::close);
    this.readers = new Readers(options.threads());
  }

  /** The open devices; the first one holds the tables. */
  public List<Device> devices() {
    return opening.devices();
  }

  @Override
  public void expect(int xNeurons, int yNeurons, long samples) {
    opening.begin();
  }

  @Override
  public ProjectionKernel.Info info() {
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
  public Optional<String> declines(int xNeurons, int yNeurons, long samples, Precision precision) {
    return precision == Precision.HIGH ? Optional.of("high precision") : Optional.empty();
  }

  @Override
  public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
    double needed = ResidentGram.bytes(xNeurons, yNeurons, samples, products);
    return needed <= opening.chosen().get(0).memoryBytes()
        ? HEAP_BYTES
        : saturatedSum(gramHeapBytes((long) xNeurons + yNeurons), cosineBytes(xNeurons, yNeurons));
  }

  @Override
  public OptionalLong sharedHeapBytes(
      List<Integer> neurons, Collection<GramPair> pairs, long samples, Precision precision) {
    return precision == Precision.HIGH
        ? OptionalLong.empty()
        : OptionalLong.of(gramHeapBytes(neurons.stream().mapToLong(Integer::longValue).sum()));
  }

  private static long saturatedSum(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
  }

  /** The Java heap that a table's cosines take on their way to the device. */
  private static long cosineBytes(int xNeurons, int yNeurons) {
    double neurons = (double) xNeurons + yNeurons;
    return (long) (Double.BYTES * neurons * neurons);
  }

  /** The Java heap that the blocks of a Gram matrix of all pairs take. */
  private static long gramHeapBytes(long neurons) {
    return (long) (HEAP_BYTES + Double.BYTES / 2.0 * neurons * (neurons + 1));
  }

  private boolean fits(double needed) {
    Device first = devices().get(0);
    double reserve = RESERVE * (double) first.info().memoryBytes();
    return needed + reserve <= (double) first.freeBytes();
  }

  private static void requireStandard(Precision precision) {
    if (precision == Precision.HIGH) {
      throw new IllegalArgumentException(
          "the cuda backend does not compute in high precision; Kernels leaves that to another one");
    }
  }

  @Override
  public Gram gram(List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions how) {
    opening.requireOpen();
    GramPass.require(layers, pairs);
    requireStandard(how.precision());
    HeapMemory.require(gramHeapBytes(layers.stream().mapToLong(Layer::neurons).sum()), layers);
    return errors.on(
        devices().get(0),
        () -> GramPass.of(layers, pairs, how, scaled -> gramOf(scaled, pairs, how)));
  }

  private GramMatrix gramOf(List<ScaledLayer> scaled, Collection<GramPair> pairs, GramOptions how) {
    JointLayers layers = new JointLayers(scaled, products);
    double matrix = Double.BYTES * (double) layers.neurons() * layers.neurons();
    if (fits(matrix + GramStrip.panelBytes(layers, layers.neurons(), GramStrip.PANEL))) {
      Collection<GramPair> normPairs = ResidentGram.normPairs(layers, pairs, how);
      try (ResidentGram gram = ResidentGram.of(devices(), layers, how, normPairs, false, readers)) {
        return gram.onHost(pairs);
      } catch (DeviceException e) {
        // Other processes may have taken the memory that the estimate before reckoned with.
        if (!e.isOutOfMemory()) {
          throw e;
        }
      }
    }
    return new StripedGram(devices().get(0), layers, pairs, how, readers).read();
  }

  @Override
  public ProjectionTable table(Gram gram, int x, int y) {
    opening.requireOpen();
    gram.requirePair(x, y);
    requireStandard(gram.precision());
    int xNeurons = gram.layers().get(x).neurons();
    int yNeurons = gram.layers().get(y).neurons();
    HeapMemory.require(cosineBytes(xNeurons, yNeurons), gram, x, y);
    org.spanmatch.kernel.backend.UnitGram unit =
        org.spanmatch.kernel.backend.UnitGram.of((GramMatrix) gram, x, y);
    Device device = devices().get(0);
    return errors.on(
        device,
        () -> {
          Allocations room = device.allocations();
          return DeviceTable.started(
              errors, device, UnitGram.upload(device, room, unit), unit.pair());
        });
  }

  /**
   * A table whose Gram matrix never leaves the device; otherwise that of {@code table(gram(…))}.
   *
   * @throws NotEnoughMemoryException if the device can't hold both at once
   */
  @Override
  public ProjectionTable compress(Layer x, Layer y, GramOptions how) {
    opening.requireOpen();
    List<Layer> layers = List.of(x, y);
    GramPass.require(layers, GramPair.all(2));
    requireStandard(how.precision());
    return errors.on(
        devices().get(0),
        () ->
            GramPass.of(
                    layers,
                    how,
                    scaled -> resident(new JointLayers(scaled, products), how),
                    ResidentGram::described,
                    ResidentGram::close)
                .table(errors));
  }

  private ResidentGram resident(JointLayers layers, GramOptions how) {
    int x = layers.layers().get(0).neurons();
    int y = layers.layers().get(1).neurons();
    if (!fits(
        ResidentGram.bytes(x, y, layers.samples(), products)
            + layers.inboxBytes(GramStrip.PANEL))) {
      throw new NotEnoughMemoryException(
          layers.layers().get(0).layer().description()
              + ": the table of "
              + x
              + " + "
              + y
              + " neurons does not fit the memory of "
              + info.device());
    }
    return ResidentGram.of(devices(), layers, how, List.of(), true, readers);
  }

  @Override
  public void close() {
    opening.close();
    readers.close();
  }
}
