using System.Text.Json;

namespace Mlops.Statistics;

public class StudentTTests
{
    private sealed record Golden(double T, double Freedom, double Tail);

    /// <summary>From SciPy; golden/make_student_t.py says how.</summary>
    private static readonly Golden[] FromSciPy = JsonSerializer.Deserialize<Golden[]>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Statistics/golden/student_t.json")), JsonSerializerOptions.Web)!;

    [Fact]
    public void Tails_equal_those_of_scipy() => Assert.All(
        FromSciPy, golden => Assert.Equal(golden.Tail, StudentT.UpperTail(golden.T, golden.Freedom), 1e-10));
}
