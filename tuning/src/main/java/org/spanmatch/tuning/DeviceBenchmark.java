package org.spanmatch.tuning;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.backend.ScaledLayer;
import org.spanmatch.kernel.cuda.CudaKernel;
import org.spanmatch.kernel.cuda.CudaProvider;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceEvent;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.DeviceStream;
import org.spanmatch.kernel.cuda.driver.HostMemory;
import org.spanmatch.kernel.cuda.gram.GramStrip;
import org.spanmatch.kernel.cuda.gram.JointLayers;
import org.spanmatch.kernel.cuda.gram.PanelProducts;
import org.spanmatch.kernel.cuda.gram.Readers;
import org.spanmatch.kernel.cuda.gram.Unpacker;

/**
 * Measures the device without the host, and the limits of both: the way from float32 samples in
 * device memory to a Gram matrix of m neurons, a large product by cuBLAS, and a copy of page-locked
 * memory to the device.
 *
 * <p>{@code gram} is what {@link GramStrip} does: samples are unpacked to panels of doubles, added
 * up, and multiplied, in float64 or ({@code -p products=SLICED}) by slices; samples·m² operations,
 * the symmetric half counted once. {@code dgemm} is C += A·Bᵀ for square matrices: 2·size³
 * operations. {@code copyToDevice} copies 2²⁸ bytes. {@code feed} is the way from two float32
 * arrays in memory of the host to panels of doubles and their moments, without products: what
 * compressing takes where it is not limited by {@code gram}. Each call waits for its end. On the
 * stand-in of the tests nothing is measured.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(
    value = 1,
    jvmArgsPrepend = {"-Xms6g", "-Xmx6g", "-XX:+UseParallelGC"})
public class DeviceBenchmark {
  /** Bytes of a copy. */
  public static final int COPIED_BYTES = 1 << 28;

  private static final int BLOCK_SAMPLES = 4 * GramStrip.PANEL;

  /** A device, which must be real. */
  @State(Scope.Benchmark)
  public static class Gpu {
    private CudaKernel kernel;
    private Device device;
    private Allocations allocations;

    /** Opens the device, and refuses the stand-in. */
    @Setup(Level.Trial)
    public void setUp() {
      open();
      Gpus.refuseStandIn(kernel);
    }

    /** Opens the device or the stand-in. */
    void open() {
      kernel = (CudaKernel) new CudaProvider().open(KernelOptions.defaults(), "benchmark");
      device = kernel.devices().get(0);
      allocations = device.call(device::allocations);
    }

    /** Whether the device is the tests' stand-in. */
    boolean isStandIn() {
      return Gpus.isStandIn(kernel);
    }

    /** Frees everything. */
    @TearDown(Level.Trial)
    public void tearDown() {
      if (kernel != null) {
        kernel.close();
      }
    }
  }

  /** Samples in device memory. */
  @State(Scope.Benchmark)
  public static class Samples {
    /** Number of neurons of both groups together. */
    @Param({"2048", "4096", "8192"})
    public int m;

    /** Number of samples. */
    @Param("100000")
    public int samples;

    /** How panels are multiplied. */
    @Param("FLOAT64")
    public PanelProducts products;

    private final List<DeviceMemory> raw = new ArrayList<>();
    private DeviceStream unpacking;
    private Unpacker unpacker;
    private Block block;
    private final List<DeviceMemory> panels = new ArrayList<>();
    private final List<DeviceEvent> arrived = new ArrayList<>();
    private final List<DeviceEvent> added = new ArrayList<>();
    private GramStrip strip;

    /** Uploads the samples. All blocks have the same content, at different addresses. */
    @Setup(Level.Trial)
    public void setUp(Gpu gpu) {
      gpu.device.run(() -> fill(gpu.device, gpu.allocations));
    }

    private void fill(Device device, Allocations allocations) {
      int rows = Math.min(samples, BLOCK_SAMPLES);
      ByteBuffer bytes =
          ByteBuffer.allocate(Math.multiplyExact(Float.BYTES * m, rows))
              .order(ByteOrder.nativeOrder());
      FloatBuffer floats = bytes.asFloatBuffer();
      SplittableRandom random = new SplittableRandom(m);
      while (floats.hasRemaining()) {
        floats.put(Math.max(0, (float) random.nextDouble(-1, 1)));
      }
      block = Block.rows(ElementType.FLOAT32, bytes, m, rows);
      for (int i = 0; i < 2; i++) {
        panels.add(allocations.doubles((long) Math.min(samples, GramStrip.PANEL) * m));
        arrived.add(allocations.event());
        added.add(allocations.event());
      }
      int panel = GramStrip.PANEL;
      Layer layer = Layers.of("layer", panel, m, new float[panel * m]);
      JointLayers layers = new JointLayers(List.of(ScaledLayer.unscaled(layer)), products);
      strip = new GramStrip(device, allocations, layers, 0, m, panel, List.of());
      unpacking = allocations.stream();
      unpacker = new Unpacker(device, allocations, unpacking, null);
      for (int from = 0; from < samples; from += BLOCK_SAMPLES) {
        DeviceMemory copy = allocations.bytes(bytes.capacity());
        device.transfers().upload(bytes, copy, 0);
        raw.add(copy);
      }
      device.finish();
    }

    private void add(Device device) {
      int turn = 0;
      for (int done = 0; done < samples; done += GramStrip.PANEL) {
        int count = Math.min(GramStrip.PANEL, samples - done);
        unpacking.waitFor(added.get(turn));
        unpacker.unpack(
            raw.get(done / BLOCK_SAMPLES),
            block,
            done % BLOCK_SAMPLES,
            count,
            panels.get(turn).pointer(),
            m);
        unpacking.record(arrived.get(turn));
        device.waitFor(arrived.get(turn));
        strip.add(panels.get(turn), count);
        device.record(added.get(turn));
        turn = 1 - turn;
      }
      device.synchronise();
    }
  }

  /** Matrices on the device. */
  @State(Scope.Benchmark)
  public static class Matrices {
    /** Rows and columns. */
    @Param("8192")
    public int size;

    private DeviceMemory a;
    private DeviceMemory b;
    private DeviceMemory c;

    /**
     * Fills the matrices with random numbers: zeros would take less power, and so allow a higher
     * clock.
     */
    @Setup(Level.Trial)
    public void setUp(Gpu gpu) {
      gpu.device.run(
          () -> {
            double[] numbers =
                new SplittableRandom(size).doubles((long) size * size, -1, 1).toArray();
            a = gpu.allocations.doubles(numbers.length);
            b = gpu.allocations.doubles(numbers.length);
            c = gpu.allocations.doubles(numbers.length);
            gpu.device.transfers().upload(numbers, a);
            gpu.device.transfers().upload(numbers, b);
            gpu.device.clear(c);
            gpu.device.synchronise();
          });
    }

    private void multiply(Device device) {
      device
          .blas()
          .addProduct(size, size, size, a.pointer(), size, b.pointer(), size, c.pointer(), size);
      device.synchronise();
    }
  }

  /** Samples in memory of the host. */
  @State(Scope.Benchmark)
  public static class HostSamples {
    /** Number of neurons of both groups together. */
    @Param({"512", "2048", "8192"})
    public int m;

    /** Number of samples. */
    @Param("20000")
    public int samples;

    private final List<ScaledLayer> layers = new ArrayList<>();
    private Readers readers;

    /** Fills the arrays. */
    @Setup(Level.Trial)
    public void setUp() {
      SplittableRandom random = new SplittableRandom(m);
      for (int group = 0; group < 2; group++) {
        float[] values = new float[Math.multiplyExact(m / 2, samples)];
        for (int i = 0; i < values.length; i++) {
          values[i] = Math.max(0, (float) random.nextDouble(-1, 1));
        }
        layers.add(ScaledLayer.unscaled(Layers.of("layer", samples, m / 2, values)));
      }
      readers = new Readers(KernelOptions.defaults().threads());
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void tearDown() {
      readers.close();
    }

    private void feed(Device device) {
      JointLayers joint = new JointLayers(layers, PanelProducts.FLOAT64);
      try (Allocations room = device.allocations()) {
        // One row, so that there is hardly anything to multiply.
        GramStrip strip = new GramStrip(device, room, joint, 0, 1, GramStrip.PANEL, List.of());
        GramStrip.readAll(List.of(device), List.of(strip), joint, Progress.NONE, 0, 1, readers);
        device.synchronise();
      }
    }
  }

  /** Memory of both sides. */
  @State(Scope.Benchmark)
  public static class Buffers {
    private HostMemory host;
    private DeviceMemory target;

    /** Allocates the memory. */
    @Setup(Level.Trial)
    public void setUp(Gpu gpu) {
      gpu.device.run(
          () -> {
            host = gpu.allocations.host(COPIED_BYTES);
            target = gpu.allocations.bytes(COPIED_BYTES);
          });
    }

    private void copy(Device device) {
      device.stream().copy(host, target.pointer(), COPIED_BYTES);
      device.synchronise();
    }
  }

  /** Measures compressing samples in device memory. */
  @Benchmark
  public void gram(Gpu gpu, Samples samples) {
    gpu.device.run(() -> samples.add(gpu.device));
  }

  /** Measures bringing samples to the device. */
  @Benchmark
  public void feed(Gpu gpu, HostSamples samples) {
    gpu.device.run(() -> samples.feed(gpu.device));
  }

  /** Measures a large product. */
  @Benchmark
  public void dgemm(Gpu gpu, Matrices matrices) {
    gpu.device.run(() -> matrices.multiply(gpu.device));
  }

  /** Measures a large copy. */
  @Benchmark
  public void copyToDevice(Gpu gpu, Buffers buffers) {
    gpu.device.run(() -> buffers.copy(gpu.device));
  }
}
