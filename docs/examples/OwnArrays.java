import java.util.Locale;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.Match;
import org.spanmatch.match.MaximumMatch;

/** Compares neurons that lie in memory: their distances, and which of them match. */
public class OwnArrays {
  public static void main(String[] args) {
    // Rows are samples, columns are neurons: the first neuron is (3, 0, 0), the second (1, 1, 0).
    float[][] x = {{3, 1}, {0, 1}, {0, 0}};
    float[][] y = {{1}, {0}, {0}};
    Layer first = Layers.of("example", x);
    Layer second = Layers.of("example", y);
    try (ProjectionKernel kernel = Kernels.open(Kernels.AUTO, KernelOptions.defaults());
        ProjectionTable table = kernel.compress(first, second, GramOptions.defaults())) {
      Distances distances = table.distances(Group.X);
      for (int i = 0; i < distances.size(); i++) {
        System.out.printf(
            Locale.ROOT,
            "neuron %d: distance %.6f, error at most %.0e%n",
            distances.neuron(i), distances.distance(i), distances.errorBound(i));
      }
      Match match = MaximumMatch.of(table, 0.3);
      System.out.println("matched: " + match.x() + " of the first, " + match.y() + " of the second");
    }
  }
}
