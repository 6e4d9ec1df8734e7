import java.util.Locale;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.kernel.ProjectionKernel;

/** Projects two neurons that lie in memory on the span of one other. */
public class OwnArrays {
  public static void main(String[] args) {
    // Rows are samples, columns are neurons: the first neuron is (3, 0, 0), the second (1, 1, 0).
    float[] x = {3, 1, 0, 1, 0, 0};
    float[] y = {1, 0, 0};
    Layer first = Layers.of("example", 3, 2, x);
    Layer second = Layers.of("example", 3, 1, y);
    try (ProjectionKernel kernel = Kernels.open("reference", KernelOptions.defaults())) {
      Distances distances = kernel.distances(first, second);
      for (int i = 0; i < distances.size(); i++) {
        System.out.printf(
            Locale.ROOT,
            "neuron %d: distance %.6f, error at most %.0e%n",
            distances.neuron(i), distances.distance(i), distances.errorBound(i));
      }
    }
  }
}
