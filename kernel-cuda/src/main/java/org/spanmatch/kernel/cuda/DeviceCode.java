package org.spanmatch.kernel.cuda;

import static org.spanmatch.kernel.cuda.DeviceException.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** The CUDA kernels of spanmatch.cu, loaded into the current context. */
final class DeviceCode implements AutoCloseable {
  /** The PTX that ships, built from spanmatch.cu by build-ptx.sh. */
  static final String RESOURCE = "spanmatch.ptx";

  private static final ThreadLocal<KernelArguments> ARGUMENTS =
      ThreadLocal.withInitial(KernelArguments::new);

  private final CUmodule module;
  private final Map<String, CUfunction> functions;
  private final CUstream stream;

  /**
   * How many threads run a kernel.
   *
   * @param blocksX blocks of threads in x
   * @param blocksY blocks of threads in y
   * @param threadsX threads of a block in x
   * @param threadsY threads of a block in y
   */
  record Grid(int blocksX, int blocksY, int threadsX, int threadsY) {
    private static final int THREADS = 256;
    private static final int TILE = 16;
    private static final int SMALL = 64;
    private static final int LARGE = 1024;

    /** A thread for each of {@code count} elements. */
    static Grid lines(long count) {
      return lines(count, 1);
    }

    /** A thread for each of {@code count} elements, and that for each of {@code rows}. */
    static Grid lines(long count, int rows) {
      return new Grid(blocks(count, THREADS), rows, THREADS, 1);
    }

    /** A thread for each element of a matrix, columns in x. */
    static Grid matrix(long rows, long columns) {
      return new Grid(blocks(columns, TILE), blocks(rows, TILE), TILE, TILE);
    }

    /** One block of 16 × 16 threads. */
    static Grid oneSquare() {
      return new Grid(1, 1, TILE, TILE);
    }

    /**
     * One block of threads that share the work on {@code count} elements; the kernel must state its
     * launch bounds.
     */
    static Grid oneBlock(long count) {
      return new Grid(1, 1, count <= SMALL ? SMALL : count <= LARGE ? THREADS : LARGE, 1);
    }

    /** One thread. */
    static Grid oneThread() {
      return new Grid(1, 1, 1, 1);
    }

    static int blocks(long count, int size) {
      return (int) Math.max(1, (count + size - 1) / size);
    }
  }

  /** Loads the code; launches go to a stream unless they name another. */
  DeviceCode(CUstream stream) {
    this(new CUmodule(), new ConcurrentHashMap<>(), stream);
    check("cuModuleLoadData", JCudaDriver.cuModuleLoadData(module, image()));
  }

  private DeviceCode(CUmodule module, Map<String, CUfunction> functions, CUstream stream) {
    this.module = module;
    this.functions = functions;
    this.stream = stream;
  }

  /** The same code, whose launches go to another stream; not to be closed. */
  DeviceCode on(CUstream other) {
    return new DeviceCode(module, functions, other);
  }

  /** The PTX as the driver takes it, ended by a zero. */
  static byte[] image() {
    try (InputStream in = DeviceCode.class.getResourceAsStream(RESOURCE)) {
      byte[] text = in.readAllBytes();
      return Arrays.copyOf(text, text.length + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts a kernel on the main stream, without waiting for it.
   *
   * @param arguments each an Integer, Long, Double, {@link DeviceMemory} or {@link DeviceAddress}
   */
  void launch(String kernel, Grid grid, Object... arguments) {
    launchOn(stream, kernel, grid, arguments);
  }

  /** The same on another stream. */
  void launchOn(CUstream on, String kernel, Grid grid, Object... arguments) {
    CUfunction function = functions.computeIfAbsent(kernel, this::find);
    check(
        "cuLaunchKernel of " + kernel,
        JCudaDriver.cuLaunchKernel(
            function,
            grid.blocksX(),
            grid.blocksY(),
            1,
            grid.threadsX(),
            grid.threadsY(),
            1,
            0,
            on,
            ARGUMENTS.get().put(arguments),
            null));
  }

  private CUfunction find(String kernel) {
    CUfunction function = new CUfunction();
    check(
        "cuModuleGetFunction of " + kernel,
        JCudaDriver.cuModuleGetFunction(function, module, kernel));
    return function;
  }

  /** Unloads the code. */
  @Override
  public void close() {
    JCudaDriver.cuModuleUnload(module);
  }
}
