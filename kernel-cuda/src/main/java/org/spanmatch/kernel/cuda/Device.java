package org.spanmatch.kernel.cuda;

import static org.spanmatch.kernel.cuda.DeviceException.check;
import static org.spanmatch.kernel.cuda.DeviceException.checkBlas;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.runtime.cudaStream_t;

/**
 * One GPU, with a context of its own, and the owner of all memory on it.
 *
 * <p>Commands go to one stream, in order; only activations arrive on others. A context belongs to a
 * thread while it is current, so everything must happen inside {@link #call}, where threads take
 * turns; only a layer may arrive in a second one. For work of threads side by side there are
 * {@linkplain #lane() lanes}.
 *
 * <p>The context is not the one that the CUDA runtime would share with other libraries in this
 * process: when a kernel fails, only the end of its context brings the device back.
 */
final class Device implements AutoCloseable {
  private static final int TRANSFER_BYTES = 1 << 20;

  private static final Logger LOGGER = System.getLogger("org.spanmatch.kernel");

  // With this variable people ask cuBLAS 13 to compute float64 from products of shorter numbers.
  private static final String EMULATION = "CUBLAS_EMULATE_DOUBLE_PRECISION";
  private static final String EMULATING = "1";

  private final DeviceInfo info;
  private final CUcontext context;
  private final Device whole; // of which this is a lane, or this itself
  private final ReentrantReadWriteLock life; // closing waits until nothing is being done
  private final ReentrantLock turn = new ReentrantLock(); // of the threads that use this
  private final Set<Device> lanes = ConcurrentHashMap.newKeySet();
  private final CUstream stream = new CUstream();
  private final cublasHandle blasHandle = new cublasHandle();
  // Also freed from by other threads: what their tables shared with this one's.
  private final Set<Allocations> owned =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
  private DeviceCode code;
  private Blas blas;
  private Transfers transfers;
  private volatile boolean open;

  /**
   * Makes a context, which takes some hundred milliseconds and some hundred megabytes of the
   * device's memory.
   *
   * @throws DeviceException if the device refuses
   */
  Device(DeviceInfo info) {
    this.info = info;
    this.context = new CUcontext();
    this.whole = this;
    this.life = new ReentrantReadWriteLock();
    CUdevice device = new CUdevice();
    check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, info.number()));
    check("cuCtxCreate", JCudaDriver.cuCtxCreate(context, 0, device));
    // A new context is current already.
    start(DeviceCode::new);
    check("cuCtxPopCurrent", JCudaDriver.cuCtxPopCurrent(new CUcontext()));
  }

  private Device(Device whole) {
    this.info = whole.info;
    this.context = whole.context;
    this.whole = whole;
    this.life = whole.life;
    start(whole.code::on);
    whole.lanes.add(this);
  }

  private void start(Function<CUstream, DeviceCode> loading) {
    open = true;
    try {
      check(
          "cuStreamCreate",
          JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
      code = loading.apply(stream);
      checkBlas("cublasCreate", JCublas2.cublasCreate(blasHandle));
      blas = new Blas(blasHandle);
      checkBlas("cublasSetStream", JCublas2.cublasSetStream(blasHandle, new cudaStream_t(stream)));
      if (EMULATING.equals(System.getenv(EMULATION))) {
        // It would round more than float64 does, which all error bounds rest on.
        checkBlas(
            "cublasSetMathMode",
            JCublas2.cublasSetMathMode(blasHandle, cublasMath.CUBLAS_PEDANTIC_MATH));
      }
      transfers = new Transfers(allocations().host(TRANSFER_BYTES), stream);
      blas.warmUp(this);
    } catch (RuntimeException | Error e) {
      destroy();
      throw e;
    }
  }

  /**
   * The same device for work of another thread, side by side with this one's: with a stream and
   * memory of its own. It ends with this device at the latest. This device must be the current one.
   *
   * @throws DeviceException if the device refuses
   */
  Device lane() {
    return new Device(whole);
  }

  /** Whether this is a lane of another one. */
  boolean isLane() {
    return whole != this;
  }

  /** What is known of it. */
  DeviceInfo info() {
    return info;
  }

  /** The stream on which everything is computed. */
  CUstream stream() {
    return stream;
  }

  /** The products and solves on this device. */
  Blas blas() {
    return blas;
  }

  /** Copies of what is small, from and to this device. */
  Transfers transfers() {
    return transfers;
  }

  /** The kernels on this device. */
  DeviceCode code() {
    return code;
  }

  /**
   * Does something with this device as the calling thread's current one.
   *
   * @throws IllegalStateException if it is closed
   */
  <T> T call(Supplier<T> work) {
    life.readLock().lock();
    try {
      if (!isOpen()) {
        throw new IllegalStateException("the CUDA kernel is closed");
      }
      turn.lock();
      try {
        return here(work);
      } finally {
        turn.unlock();
      }
    } finally {
      life.readLock().unlock();
    }
  }

  /**
   * The same in a second thread, while the first is inside {@link #call} and waits for it: it must
   * not queue up behind someone who wants to close.
   */
  <T> T here(Supplier<T> work) {
    check("cuCtxPushCurrent", JCudaDriver.cuCtxPushCurrent(context));
    try {
      return work.get();
    } finally {
      // It can't fail in a way that matters: nothing else is current then.
      JCudaDriver.cuCtxPopCurrent(new CUcontext());
    }
  }

  /** The same without a result. */
  void run(Runnable work) {
    call(
        () -> {
          work.run();
          return null;
        });
  }

  /** The same if this is still open. */
  void runIfOpen(Runnable work) {
    life.readLock().lock();
    try {
      if (isOpen()) {
        run(work);
      }
    } finally {
      life.readLock().unlock();
    }
  }

  /** Whether it can still be used. */
  boolean isOpen() {
    return open && whole.open;
  }

  // Memory.

  /** A new purpose to allocate for. */
  Allocations allocations() {
    Allocations allocations = new Allocations(this);
    owned.add(allocations);
    return allocations;
  }

  /** Is told that everything of a purpose has been freed. */
  void forget(Allocations allocations) {
    owned.remove(allocations);
  }

  /** How many bytes of memory are free now, for all processes together. */
  long freeBytes() {
    long[] free = {0};
    check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, new long[1]));
    return free[0];
  }

  /** Fills memory with zeros. */
  void clear(DeviceMemory memory) {
    check(
        "cuMemsetD8Async",
        JCudaDriver.cuMemsetD8Async(memory.pointer(), (byte) 0, memory.bytes(), stream));
  }

  /** Copies within the device. */
  void copy(DeviceMemory source, DeviceMemory target, long bytes) {
    if (bytes > 0) {
      check(
          "cuMemcpyDtoDAsync",
          JCudaDriver.cuMemcpyDtoDAsync(target.pointer(), source.pointer(), bytes, stream));
    }
  }

  /** Lets what comes next on the main stream wait for an event. */
  void waitFor(CUevent event) {
    check("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(stream, event, 0));
  }

  /** Lets an event follow everything so far on the main stream. */
  void record(CUevent event) {
    check("cuEventRecord", JCudaDriver.cuEventRecord(event, stream));
  }

  /** Waits until all commands of the main stream have ended. */
  void synchronise() {
    check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(stream));
  }

  /** Waits for everything. A lost device refuses this, and says so again with the next call. */
  void finish() {
    if (isLane()) {
      JCudaDriver.cuStreamSynchronize(stream);
    } else {
      JCudaDriver.cuCtxSynchronize();
    }
  }

  /**
   * Frees all memory, and the context with all lanes, or this lane alone. A failure of the device
   * ends here too.
   */
  @Override
  public void close() {
    if (isLane()) {
      runIfOpen(this::destroy);
      return;
    }
    if (life.getReadHoldCount() > 0) {
      throw new IllegalStateException("the CUDA kernel can't be closed while it computes");
    }
    life.writeLock().lock();
    try {
      if (open) {
        // A lost context refuses all but its end, so nothing is checked from here on.
        JCudaDriver.cuCtxPushCurrent(context);
        destroy();
      }
    } finally {
      life.writeLock().unlock();
    }
  }

  private void destroy() {
    open = false;
    List.copyOf(lanes).forEach(Device::destroy);
    List.copyOf(owned).forEach(Allocations::free);
    if (blas != null) {
      JCublas2.cublasDestroy(blasHandle);
    }
    JCudaDriver.cuStreamDestroy(stream);
    if (isLane()) {
      whole.lanes.remove(this);
      return;
    }
    if (code != null) {
      code.close();
    }
    JCudaDriver.cuCtxDestroy(context);
  }

  /** Closes something in spite of failures, so that the next thing is closed too. */
  static void closeQuietly(AutoCloseable piece) {
    try {
      piece.close();
    } catch (Exception e) {
      LOGGER.log(Level.DEBUG, "while freeing what a CUDA device held", e);
    }
  }
}
