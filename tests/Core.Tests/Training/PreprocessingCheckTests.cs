using Mlops.Data;
using Mlops.Storage;

namespace Mlops.Training;

public class PreprocessingCheckTests
{
    [Fact]
    public void What_is_asked_in_a_document_is_read_and_has_no_errors()
    {
        var asked = Read(
            """
            {
              "age": {"impute": "constant", "fill": -1, "indicator": true, "scale": "robust"},
              "city": {"impute": "constant", "fill": "nowhere", "encode": "oneHot", "maxCategories": 20, "minFrequency": 0.01},
              "zip": {"impute": "mostFrequent", "encode": "target", "smoothing": 5, "scale": "none"},
              "since": {"dates": ["year", "dayOfWeek"]},
              "remark": {"encode": "text", "text": {"minWords": 1, "maxWords": 2, "minDocuments": 3, "maxTerms": 500}}
            }
            """);

        Assert.Equal(
            new ColumnPreprocessing(Imputation.Constant, -1.0, true, Scaling.Robust), asked["age"] with { Dates = null });
        Assert.Equal([DatePart.Year, DatePart.DayOfWeek], asked["since"].Dates);
        Assert.Empty(PreprocessingCheck.Check(asked, "preprocessing"));
        Assert.Empty(PreprocessingCheck.CheckAgainst(asked, Features, "preprocessing"));
    }

    [Fact]
    public void Every_number_outside_its_range_is_said_at_once() => Assert.Equal(
        [
            "p.a.maxCategories", "p.a.minFrequency", "p.b.smoothing", "p.c.text.minWords", "p.c.text.maxWords",
            "p.c.text.minDocuments", "p.c.text.maxTerms", "p.d.text.minWords", "p.e.dates", "p.f.fill", "p.g", "p.h.impute",
        ],
        PreprocessingCheck.Check(
            new Dictionary<string, ColumnPreprocessing>
            {
                ["a"] = new(MaxCategories: 0, MinFrequency: 1),
                ["b"] = new(Encode: CategoryEncoding.Target, Smoothing: double.NaN),
                ["c"] = new(Text: new TextPreprocessing(0, 6, 0, 100_001)),
                ["d"] = new(Text: new TextPreprocessing(3, 2)),
                ["e"] = new(Dates: [DatePart.Day, DatePart.Day]),
                ["f"] = new(Imputation.Constant, double.PositiveInfinity),
                ["g"] = null!,
                ["h"] = new((Imputation)9),
            },
            "p").Select(error => error.Path));

    public static TheoryData<ColumnPreprocessing, string> Contradictions() => new()
    {
        { new(Fill: 1), "fill" },
        { new(Imputation.Median, 1), "fill" },
        { new(Imputation.Constant), "fill" },
        { new(Encode: CategoryEncoding.Text, Indicator: true), "indicator" },
        { new(Encode: CategoryEncoding.Ordinal, MaxCategories: 5), "encode" },
        { new(Encode: CategoryEncoding.Target, MinFrequency: 0.1), "encode" },
        { new(Smoothing: 3), "smoothing" },
        { new(Encode: CategoryEncoding.OneHot, Smoothing: 3), "smoothing" },
        { new(Encode: CategoryEncoding.OneHot, Text: new TextPreprocessing()), "text" },
        { new(MaxCategories: 3, Text: new TextPreprocessing()), "text" },
        { new(Encode: CategoryEncoding.OneHot, Scale: Scaling.Standard), "scale" },
        { new(Encode: CategoryEncoding.Text, Scale: Scaling.MinMax), "scale" },
        { new(Encode: CategoryEncoding.Ordinal, Dates: [DatePart.Day]), "dates" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void What_contradicts_itself_is_refused(ColumnPreprocessing asked, string field) => Assert.Equal(
        $"preprocessing.x.{field}",
        Assert.Single(PreprocessingCheck.Check(
            new Dictionary<string, ColumnPreprocessing> { ["x"] = asked }, "preprocessing")).Path);

    public static TheoryData<string, ColumnPreprocessing, string> Misfits() => new()
    {
        { "age", new(Imputation.Constant, "old"), ".fill" },
        { "age", new(Encode: CategoryEncoding.OneHot), ".encode" },
        { "age", new(MaxCategories: 3), ".maxCategories" },
        { "age", new(MinFrequency: 0.1), ".minFrequency" },
        { "age", new(Text: new TextPreprocessing()), ".text" },
        { "age", new(Dates: [DatePart.Day]), ".dates" },
        { "city", new(Imputation.Mean), ".impute" },
        { "city", new(Imputation.Median), ".impute" },
        { "city", new(Imputation.Constant, 3.0), ".fill" },
        { "city", new(Scale: Scaling.Standard), ".scale" },
        { "city", new(Dates: [DatePart.Day]), ".dates" },
        { "city", new(Text: new TextPreprocessing()), ".text" },
        { "remark", new(Imputation.MostFrequent), ".impute" },
        { "city", new(Imputation.MostFrequent, Encode: CategoryEncoding.Text), ".impute" },
        { "remark", new(Indicator: true), ".indicator" },
        { "remark", new(MaxCategories: 5), ".maxCategories" },
        { "remark", new(MinFrequency: 0.5), ".minFrequency" },
        { "gone", new(), "" },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public void What_does_not_fit_the_column_is_refused(string name, ColumnPreprocessing asked, string field) => Assert.Equal(
        $"preprocessing.{name}{field}",
        Assert.Single(PreprocessingCheck.CheckAgainst(
            new Dictionary<string, ColumnPreprocessing> { [name] = asked }, Features, "preprocessing")).Path);

    [Fact]
    public void A_calibration_in_a_document_is_read_and_has_no_errors()
    {
        var asked = Documents.Read<CalibrationSpec>("""{"method": "isotonic", "maximizeMetric": "mcc"}"""u8.ToArray());

        Assert.Equal(new CalibrationSpec(CalibrationMethod.Isotonic, MaximizeMetric: "mcc"), asked);
        Assert.Empty(asked.Check("calibration"));
    }

    public static TheoryData<CalibrationSpec, string> WrongCalibrations() => new()
    {
        { new(), "calibration" },
        { new(CalibrationMethod.Platt, Folds: 1), "calibration.folds" },
        { new((CalibrationMethod)5), "calibration.method" },
        { new(Threshold: 1), "calibration.threshold" },
        { new(Threshold: double.NaN), "calibration.threshold" },
        { new(MaximizeMetric: "beauty"), "calibration.maximizeMetric" },
        { new(Threshold: 0.5, MaximizeMetric: "f1"), "calibration.maximizeMetric" },
    };

    [Theory]
    [MemberData(nameof(WrongCalibrations))]
    public void A_wrong_calibration_is_refused(CalibrationSpec asked, string path) =>
        Assert.Equal(path, Assert.Single(asked.Check("calibration")).Path);

    [Theory]
    [InlineData("age", null, "calibration,preprocessing.gone,preprocessing.city.scale")]
    [InlineData("city", 0.4, "calibration.threshold,preprocessing.gone,preprocessing.city")]
    [InlineData("flag", 0.4, "preprocessing.gone,preprocessing.city.scale")]
    public void A_plan_says_what_does_not_fit_task_and_columns(string target, double? threshold, string paths)
    {
        var spec = new TrainingSpec("m", "d", target)
        {
            Calibration = new CalibrationSpec(CalibrationMethod.Platt, threshold),
            Preprocessing = new Dictionary<string, ColumnPreprocessing> { ["gone"] = new(), ["city"] = new(Scale: Scaling.MinMax) },
        };
        var data = new DataFrame(
        [
            new NumericColumn(new ColumnSchema("age", ColumnType.Number, false), [1, 2, 3]),
            new StringColumn(new ColumnSchema("city", ColumnType.Category, false), [0, 1, 2], ["a", "b", "c"]),
            new NumericColumn(new ColumnSchema("flag", ColumnType.Boolean, false), [1, 0, 1]),
        ]);

        var refused = Assert.IsType<PlanOutcome.Refused>(TrainingPlan.Make(spec, data));

        Assert.Equal(paths.Split(','), refused.Errors.Select(error => error.Path));
    }

    private static ColumnSchema[] Features { get; } =
    [
        new("age", ColumnType.Integer, true), new("city", ColumnType.Category, true), new("zip", ColumnType.Category, true),
        new("since", ColumnType.Timestamp, true), new("remark", ColumnType.Text, true),
    ];

    private static Dictionary<string, ColumnPreprocessing> Read(string json) =>
        Documents.Read<Dictionary<string, ColumnPreprocessing>>(System.Text.Encoding.UTF8.GetBytes(json));
}
