import java.util.Locale;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.kernel.ProjectionKernel;

/** A tool whose kernel can be exchanged for one on a GPU, by the class path alone. */
public class ExchangeKernel {
  public static void main(String[] args) {
    // What is on the class path, and whether it can run here.
    for (KernelProvider provider : Kernels.providers()) {
      System.out.println(
          provider.name()
              + provider
                  .unavailable()
                  .map(problem -> " can't run: " + problem.reason() + "; cure: " + problem.cure())
                  .orElse(" can run"));
    }

    // Rows are samples, columns are neurons: the first neuron is (3, 0, 0), the second (1, 1, 0).
    Layer x = Layers.of("x", 3, 2, new float[] {3, 1, 0, 1, 0, 0});
    Layer y = Layers.of("y", 3, 1, new float[] {1, 0, 0});

    // The automatic choice: the best that can run, problems too small for a GPU on the processor.
    print("automatic", distances(Kernels.AUTO, x, y));

    // One by name, and another one where it can't run, or where its device fails.
    try {
      print("by name", distances("cuda", x, y));
    } catch (KernelException e) {
      System.out.println(e.getMessage()); // the reason, and the cure
      print("instead", distances("java", x, y));
    }
  }

  private static Distances distances(String backend, Layer x, Layer y) {
    try (ProjectionKernel kernel = Kernels.open(backend, KernelOptions.defaults())) {
      ProjectionKernel.Info info = kernel.info();
      System.out.println(info.name() + " (" + info.device() + "), " + info.reason());
      return kernel.distances(x, y);
    }
  }

  private static void print(String how, Distances distances) {
    System.out.printf(Locale.ROOT, "%s: %.6f, %.6f%n", how, distances.distance(0), distances.distance(1));
  }
}
