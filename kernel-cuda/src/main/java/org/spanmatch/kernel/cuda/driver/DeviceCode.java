package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/**
 * The functions of a module in one context, launched on one stream. Typed methods for them are in
 * the classes whose names end in {@code Code}.
 */
public final class DeviceCode implements AutoCloseable {
  private static final String FOLDER = "/org/spanmatch/kernel/cuda/";

  private final CUmodule module;
  private final Map<String, CUfunction> functions;
  private final DeviceStream stream;

  /** Loads the code of a module into the current context; launches go to the stream. */
  DeviceCode(DeviceModule source, DeviceStream stream) {
    this(new CUmodule(), new ConcurrentHashMap<>(), stream);
    check("cuModuleLoadData", JCudaDriver.cuModuleLoadData(module, image(source)));
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

  /** Returns the PTX of a module in the driver's format, terminated by a zero. */
  static byte[] image(DeviceModule module) {
    String resource = FOLDER + module.source() + ".ptx";
    try (InputStream in = DeviceCode.class.getResourceAsStream(resource)) {
      byte[] text = in.readAllBytes();
      return Arrays.copyOf(text, text.length + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
