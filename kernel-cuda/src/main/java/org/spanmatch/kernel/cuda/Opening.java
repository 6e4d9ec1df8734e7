package org.spanmatch.kernel.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceException;
import org.spanmatch.kernel.cuda.driver.DeviceInfo;
import org.spanmatch.kernel.cuda.driver.DeviceModule;
import org.spanmatch.kernel.cuda.driver.Uninterrupted;

/**
 * Devices that are opened once: when they are first needed, or by another thread before that, so
 * that the caller need not wait for what takes some hundred milliseconds.
 */
final class Opening implements AutoCloseable {
  // What every table needs, in the order in which it does.
  private static final List<DeviceModule> MODULES =
      List.of(DeviceModule.GRAM, DeviceModule.FACTORISE, DeviceModule.PEELING);

  private final List<DeviceInfo> chosen;
  private final FutureTask<List<Device>> opened = new FutureTask<>(this::open);
  private boolean begun;
  private boolean closed;

  /**
   * Creates an opening without beginning it.
   *
   * @param chosen at least one
   */
  Opening(List<DeviceInfo> chosen) {
    this.chosen = List.copyOf(chosen);
  }

  /** What the devices are. */
  List<DeviceInfo> chosen() {
    return chosen;
  }

  /** Begins to open the devices on another thread, and then to load the modules of all tables. */
  synchronized void begin() {
    if (!begun && !closed) {
      Thread thread = new Thread(this::openAndLoad, "spanmatch-cuda");
      thread.setDaemon(true);
      try {
        thread.start();
        begun = true;
      } catch (OutOfMemoryError e) {
        // The system has no more threads; the one that needs the devices opens them.
      }
    }
  }

  private void openAndLoad() {
    opened.run();
    try {
      for (DeviceModule module : MODULES) {
        opened.get().forEach(device -> device.load(module));
      }
    } catch (ExecutionException | RuntimeException | Error e) {
      // Whoever needs the devices or the module gets the error.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Device> open() {
    List<Device> devices = new ArrayList<>();
    try {
      chosen.forEach(device -> devices.add(new Device(device)));
    } catch (RuntimeException | Error e) {
      devices.forEach(Device::close);
      throw e;
    }
    return List.copyOf(devices);
  }

  /**
   * Returns the devices, when they are open.
   *
   * @throws IllegalStateException if they were closed
   * @throws KernelException.Unavailable if one can't be opened
   */
  List<Device> devices() {
    synchronized (this) {
      requireOpen();
      begun = true;
    }
    opened.run(); // by this thread, unless another one has begun
    try {
      return Uninterrupted.await(opened);
    } catch (DeviceException e) {
      throw new KernelException.Unavailable(
          "backend 'cuda' is unavailable: "
              + e.getMessage()
              + " on CUDA device "
              + chosen.get(0).number()
              + "; see with nvidia-smi whether it is free");
    }
  }

  /**
   * Checks that these were not closed.
   *
   * @throws IllegalStateException if they were
   */
  synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the kernel is closed");
    }
  }

  /** Closes the devices, or keeps them from being opened. */
  @Override
  public void close() {
    synchronized (this) {
      if (!begun) {
        closed = true;
        return;
      }
    }
    try {
      Uninterrupted.await(opened).forEach(Device::close);
    } catch (DeviceException | Error e) {
      // Then there are none.
    }
    synchronized (this) {
      closed = true; // unless a device refused
    }
  }
}
