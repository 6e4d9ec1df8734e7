package org.spanmatch.kernel.cuda;

import java.util.List;
import java.util.Optional;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelOptions.GramMethod;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.cuda.driver.Cuda;
import org.spanmatch.kernel.cuda.driver.DeviceInfo;
import org.spanmatch.kernel.cuda.gram.PanelProducts;
import org.spanmatch.kernel.cuda.loading.CudaUnavailableException;

/** Offers the kernel on NVIDIA GPUs, where a driver and cuBLAS are there. */
public final class CudaProvider implements KernelProvider {
  /** Made by {@link java.util.ServiceLoader}. */
  public CudaProvider() {}

  @Override
  public String name() {
    return CudaKernel.NAME;
  }

  @Override
  public String description() {
    return "NVIDIA GPUs, with JCuda and cuBLAS";
  }

  @Override
  public int priority() {
    return 20;
  }

  @Override
  public boolean isAccelerator() {
    return true;
  }

  @Override
  public boolean offers(GramMethod method) {
    return true;
  }

  @Override
  public Optional<Unavailable> unavailable() {
    try {
      Cuda.find();
      return Optional.empty();
    } catch (CudaUnavailableException e) {
      return Optional.of(e.problem());
    }
  }

  @Override
  public List<String> details() {
    return find().details();
  }

  @Override
  public ProjectionKernel open(KernelOptions options, String reason) {
    Cuda cuda = find();
    List<DeviceInfo> devices = cuda.chosen(options.device());
    PanelProducts products = PanelProducts.of(options.gram(), devices.get(0));
    String arithmetic = cuda.arithmetic(products == PanelProducts.SLICED);
    return new CudaKernel(devices, products, arithmetic, options, reason);
  }

  private static Cuda find() {
    try {
      return Cuda.find();
    } catch (CudaUnavailableException e) {
      throw new KernelException.Unavailable(e.getMessage());
    }
  }
}
