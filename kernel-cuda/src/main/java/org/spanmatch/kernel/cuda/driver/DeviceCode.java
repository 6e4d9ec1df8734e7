package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.check;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.spanmatch.kernel.cuda.loading.StartLog;

/**
 * The functions of a module in one context, launched on one stream. Typed methods for them are in
 * the classes whose names end in {@code Code}.
 */
public final class DeviceCode implements AutoCloseable {
  // What a driver returns for a binary that it can't run: CUDA_ERROR_INVALID_IMAGE,
  // CUDA_ERROR_NO_BINARY_FOR_GPU.
  private static final Set<Integer> REFUSALS =
      Set.of(CUresult.CUDA_ERROR_INVALID_IMAGE, CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU);

  private static final Logger LOGGER = System.getLogger("org.spanmatch.kernel");

  private final CUmodule module;
  private final Map<String, CUfunction> functions;
  private final DeviceStream stream;

  /**
   * Loads the code of a module into the current context: the binary for the device or, where there
   * is none or the driver refuses it, the PTX, which the driver compiles.
   *
   * @param stream where launches go
   */
  DeviceCode(DeviceModule source, DeviceInfo device, DeviceStream stream) {
    this(timed(source, device), new ConcurrentHashMap<>(), stream);
  }

  private DeviceCode(CUmodule module, Map<String, CUfunction> functions, DeviceStream stream) {
    this.module = module;
    this.functions = functions;
    this.stream = stream;
  }

  /** A view of this code whose launches go to another stream; not to be closed. */
  public DeviceCode on(DeviceStream other) {
    return new DeviceCode(module, functions, other);
  }

  private static CUmodule timed(DeviceModule source, DeviceInfo device) {
    long begun = System.nanoTime();
    CUmodule module = load(source, device);
    StartLog.ended("code of " + source.source(), begun);
    return module;
  }

  private static CUmodule load(DeviceModule source, DeviceInfo device) {
    CUmodule module = new CUmodule();
    Optional<byte[]> binary = DeviceImage.binary(source, device);
    if (binary.isPresent()) {
      int result = JCudaDriver.cuModuleLoadData(module, binary.get());
      if (!REFUSALS.contains(result)) {
        check("cuModuleLoadData", result);
        return module;
      }
      LOGGER.log(
          Level.DEBUG,
          "the driver refuses the binary of "
              + source.source()
              + " and compiles its PTX: "
              + CUresult.stringFor(result));
    }
    check("cuModuleLoadData", JCudaDriver.cuModuleLoadData(module, DeviceImage.ptx(source)));
    return module;
  }

  /** Starts a function on the stream, without waiting for it. */
  public void launch(String function, Grid grid, KernelArguments arguments) {
    check(
        "cuLaunchKernel of " + function,
        JCudaDriver.cuLaunchKernel(
            functions.computeIfAbsent(function, this::find),
            grid.blocksX(),
            grid.blocksY(),
            1,
            grid.threadsX(),
            grid.threadsY(),
            1,
            0,
            stream.handle(),
            arguments.table(),
            null));
  }

  /**
   * Starts a function in a grid of one row whose blocks all run at the same time, without waiting
   * for it.
   *
   * @return false if the driver refuses such a launch; nothing has happened then
   */
  boolean launchTogether(String function, Grid grid, KernelArguments arguments) {
    int result =
        JCudaDriver.cuLaunchCooperativeKernel(
            functions.computeIfAbsent(function, this::find),
            grid.blocksX(),
            grid.blocksY(),
            1,
            grid.threadsX(),
            grid.threadsY(),
            1,
            0,
            stream.handle(),
            arguments.table());
    if (result == CUresult.CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE
        || result == CUresult.CUDA_ERROR_NOT_SUPPORTED) {
      return false;
    }
    check("cuLaunchCooperativeKernel of " + function, result);
    return true;
  }

  /** Returns how many blocks of a function run on one multiprocessor at the same time. */
  int residentBlocks(String function, int threads) {
    int[] blocks = {0};
    check(
        "cuOccupancyMaxActiveBlocksPerMultiprocessor of " + function,
        JCudaDriver.cuOccupancyMaxActiveBlocksPerMultiprocessor(
            blocks, functions.computeIfAbsent(function, this::find), threads, 0));
    return blocks[0];
  }

  private CUfunction find(String name) {
    CUfunction function = new CUfunction();
    check(
        "cuModuleGetFunction of " + name, JCudaDriver.cuModuleGetFunction(function, module, name));
    return function;
  }

  /** Unloads the code. */
  @Override
  public void close() {
    JCudaDriver.cuModuleUnload(module);
  }
}
