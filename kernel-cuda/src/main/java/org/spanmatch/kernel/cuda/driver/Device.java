package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.check;
import static org.spanmatch.kernel.cuda.driver.DeviceException.checkBlas;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import jcuda.driver.CUDA_MEMCPY2D;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUmemorytype;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.runtime.cudaStream_t;
import org.spanmatch.kernel.cuda.loading.StartLog;

/**
 * One GPU with a private context, and the owner of all memory on it.
 *
 * <p>Commands run on one stream, in order; only activations are copied on others. A context belongs
 * to a thread while it is current, so everything must happen inside {@link #call}, where threads
 * take turns; only threads that read a layer for such a call may use it beside, in {@link #here}.
 * For concurrent threads there are {@linkplain #lane() lanes}.
 *
 * <p>The context is not the one that the CUDA runtime shares with other libraries in this process:
 * after a kernel fails, only destroying its context makes the device usable again.
 */
public final class Device implements AutoCloseable {
  private static final int TRANSFER_BYTES = 1 << 20;

  // The most of its memory that is kept for the next layer, as a divisor.
  private static final int KEPT_SHARE = 4;

  private static final Logger LOGGER = System.getLogger("org.spanmatch.kernel");

  // With this variable users let cuBLAS 13 emulate float64 with products of shorter numbers.
  private static final String EMULATION = "CUBLAS_EMULATE_DOUBLE_PRECISION";
  private static final String EMULATING = "1";

  private final DeviceInfo info;
  private final CUcontext context;
  private final Device whole; // the device that this is a lane of, or this itself
  private final ReentrantReadWriteLock life; // closing waits until no work is running
  private final ReentrantLock turn = new ReentrantLock(); // of the threads that use this
  private final Set<Device> lanes = ConcurrentHashMap.newKeySet();
  private final cublasHandle blasHandle = new cublasHandle();
  // Other threads free from it too: memory that their tables share with this one's.
  private final Set<Allocations> owned =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
  private DeviceStream stream;
  private final Map<DeviceModule, DeviceCode> code = new ConcurrentHashMap<>(); // of all lanes
  private final CooperativeLaunches cooperation;
  private Blas blas;
  private Transfers transfers;
  private UploadRing uploads; // null until it is used
  private final MemoryPool pool; // of all lanes
  private volatile boolean open;

  /**
   * Creates a context, which takes some hundred milliseconds and some hundred megabytes of the
   * device's memory.
   *
   * @throws DeviceException if the device refuses
   */
  public Device(DeviceInfo info) {
    this.info = info;
    this.context = new CUcontext();
    this.whole = this;
    this.cooperation = new CooperativeLaunches(info);
    this.life = new ReentrantReadWriteLock();
    this.pool = new MemoryPool(info.memoryBytes() / KEPT_SHARE);
    long begun = System.nanoTime();
    CUdevice device = new CUdevice();
    check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, info.number()));
    check("cuCtxCreate", JCudaDriver.cuCtxCreate(context, 0, device));
    StartLog.ended("context", begun);
    // A new context is already current.
    begun = System.nanoTime();
    start();
    StartLog.ended("cuBLAS", begun);
    check("cuCtxPopCurrent", JCudaDriver.cuCtxPopCurrent(new CUcontext()));
  }

  private Device(Device whole) {
    this.info = whole.info;
    this.context = whole.context;
    this.whole = whole;
    this.cooperation = whole.cooperation;
    this.life = whole.life;
    this.pool = whole.pool;
    start();
    whole.lanes.add(this);
  }

  private void start() {
    open = true;
    try {
      stream = new DeviceStream();
      checkBlas("cublasCreate", JCublas2.cublasCreate(blasHandle));
      blas = new Blas(blasHandle);
      checkBlas(
          "cublasSetStream",
          JCublas2.cublasSetStream(blasHandle, new cudaStream_t(stream.handle())));
      if (EMULATING.equals(System.getenv(EMULATION))) {
        // It would round more than float64, on which all error bounds rest.
        checkBlas(
            "cublasSetMathMode",
            JCublas2.cublasSetMathMode(blasHandle, cublasMath.CUBLAS_PEDANTIC_MATH));
      }
      transfers = new Transfers(allocations().host(TRANSFER_BYTES), stream);
      try (Allocations room = allocations()) {
        blas.warmUp(room.of(new double[Blas.WARM_UP_SIZE * Blas.WARM_UP_SIZE]).pointer());
      }
    } catch (RuntimeException | Error e) {
      destroy();
      throw e;
    }
  }

  /**
   * Creates a second stream of commands on this device, with separate memory, for a concurrent
   * thread. It is closed with this device at the latest. This device must be the current one.
   *
   * @throws DeviceException if the device refuses
   */
  public Device lane() {
    try {
      return new Device(whole);
    } catch (DeviceException e) {
      if (e.isOutOfMemory() && pool.clear()) {
        return new Device(whole);
      }
      throw e;
    }
  }

  /** Whether this is a lane of another device. */
  public boolean isLane() {
    return whole != this;
  }

  /** The driver's description of the device. */
  public DeviceInfo info() {
    return info;
  }

  /** The main stream, on which everything is computed. */
  public DeviceStream stream() {
    return stream;
  }

  /** The matrix products and triangular solves on this device. */
  public Blas blas() {
    return blas;
  }

  /** Copies small data from and to this device. */
  public Transfers transfers() {
    return transfers;
  }

  /** The functions of a module, which is loaded at its first use, launched on the main stream. */
  public DeviceCode code(DeviceModule module) {
    return whole
        .code
        .computeIfAbsent(module, source -> new DeviceCode(source, info, whole.stream))
        .on(stream);
  }

  /** Loads a module that will be needed, on a thread beside those that compute. */
  public void load(DeviceModule module) {
    life.readLock().lock();
    try {
      if (isOpen()) {
        here(() -> code(module));
      }
    } finally {
      life.readLock().unlock();
    }
  }

  /** Launches of functions whose blocks wait for one another, where the device has them. */
  public CooperativeLaunches cooperation() {
    return cooperation;
  }

  /**
   * Calls work with this device as the calling thread's current one.
   *
   * @throws IllegalStateException if it is closed
   */
  public <T> T call(Supplier<T> work) {
    life.readLock().lock();
    try {
      if (!isOpen()) {
        throw new IllegalStateException("the kernel is closed");
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
   * Calls work in a second thread while the first one waits for it, or will, inside {@link #call}:
   * the second must not queue behind a thread that wants to close the device.
   */
  public <T> T here(Supplier<T> work) {
    check("cuCtxPushCurrent", JCudaDriver.cuCtxPushCurrent(context));
    try {
      return work.get();
    } finally {
      // A failure would not matter, since no other context is current.
      JCudaDriver.cuCtxPopCurrent(new CUcontext());
    }
  }

  /** Runs work with this device as the calling thread's current one. */
  public void run(Runnable work) {
    call(
        () -> {
          work.run();
          return null;
        });
  }

  /** Runs work as {@link #run} does, unless the device is closed. */
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

  /** Whether the device can still be used. */
  public boolean isOpen() {
    return open && whole.open;
  }

  // Memory.

  /**
   * Returns allocations for a new purpose. Their device memory is kept when they end, for the next
   * ones, until there is too little for something else. What is there has not been cleared.
   */
  public Allocations allocations() {
    Allocations allocations = new Allocations(this, pool);
    owned.add(allocations);
    return allocations;
  }

  /** Returns the way of activations to this device, which is kept until the device is closed. */
  public UploadRing uploads() {
    if (uploads == null) {
      uploads = new UploadRing(allocations());
    }
    return uploads;
  }

  /** Called after all memory of some allocations has been freed. */
  void forget(Allocations allocations) {
    owned.remove(allocations);
  }

  /**
   * Returns the number of bytes that are free now, for all processes together, with those that are
   * kept for the next layer.
   */
  public long freeBytes() {
    long[] free = {0};
    check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, new long[1]));
    return free[0] + pool.bytes();
  }

  /** Fills memory with zeros. */
  public void clear(DeviceMemory memory) {
    check(
        "cuMemsetD8Async",
        JCudaDriver.cuMemsetD8Async(memory.pointer(), (byte) 0, memory.bytes(), stream.handle()));
  }

  /** Copies within the device. */
  public void copy(DeviceMemory source, DeviceMemory target, long bytes) {
    if (bytes > 0) {
      check(
          "cuMemcpyDtoDAsync",
          JCudaDriver.cuMemcpyDtoDAsync(
              target.pointer(), source.pointer(), bytes, stream.handle()));
    }
  }

  /**
   * Copies the starts of rows within the device.
   *
   * @param width the elements to copy of each row, all of them doubles
   * @param leading distance between rows, in elements
   */
  public void copyRows(
      DeviceAddress source, DeviceAddress target, long rows, long width, long leading) {
    if (rows == 0 || width == 0) {
      return;
    }
    CUDA_MEMCPY2D copy = new CUDA_MEMCPY2D();
    copy.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
    copy.srcDevice = source;
    copy.srcPitch = Double.BYTES * leading;
    copy.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
    copy.dstDevice = target;
    copy.dstPitch = Double.BYTES * leading;
    copy.WidthInBytes = Double.BYTES * width;
    copy.Height = rows;
    check("cuMemcpy2DAsync", JCudaDriver.cuMemcpy2DAsync(copy, stream.handle()));
  }

  /** Makes all later commands of the main stream wait for an event. */
  public void waitFor(DeviceEvent event) {
    stream.waitFor(event);
  }

  /** Records an event, which occurs when all earlier commands of the main stream have ended. */
  public void record(DeviceEvent event) {
    stream.record(event);
  }

  /** Waits until all commands of the main stream have ended. */
  public void synchronise() {
    stream.synchronise();
  }

  /**
   * Waits for all commands of all streams, or of this lane. Fails if the device is lost, and so
   * does the next call.
   */
  public void finish() {
    if (isLane()) {
      JCudaDriver.cuStreamSynchronize(stream.handle());
    } else {
      JCudaDriver.cuCtxSynchronize();
    }
  }

  /**
   * Frees all memory, and the context with all lanes, or only this lane. Works after a failure of
   * the device too.
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
        // A lost context rejects everything except its destruction, so nothing is checked from here
        // on.
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
    if (!isLane()) {
      pool.clear();
    }
    if (blas != null) {
      JCublas2.cublasDestroy(blasHandle);
    }
    if (stream != null) {
      stream.destroy();
    }
    if (isLane()) {
      whole.lanes.remove(this);
      return;
    }
    code.values().forEach(DeviceCode::close);
    JCudaDriver.cuCtxDestroy(context);
  }

  /** Closes a resource and ignores failures, so that the next one is closed too. */
  static void closeQuietly(AutoCloseable piece) {
    try {
      piece.close();
    } catch (Exception e) {
      LOGGER.log(Level.DEBUG, "while freeing what a CUDA device held", e);
    }
  }
}
