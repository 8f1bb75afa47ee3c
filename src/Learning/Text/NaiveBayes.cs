using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Multinomial naive Bayes with Laplace smoothing: for texts, and whatever else counts.</summary>
/// <remarks>
/// McCallum and Nigam, "A comparison of event models for naive Bayes text classification", AAAI workshop, 1998; on TF-IDF as
/// scikit-learn's MultinomialNB does it. A text is its terms, a category one-hot, a number runs from 0 to 1 over the training
/// rows. The scores are linear in them. There is no chance in it but target encoding's, which comes from the seed.
/// </remarks>
public sealed class NaiveBayes : ILearner
{
    private const string Weighted = "tfidf";

    private static readonly Hyperparameter Alpha = new(
        "alpha", 1, 1e-6, 1e3, false, "How often every term counts as seen in every class before any row was.",
        Search: new SuggestedRange(1e-3, 10, IsLogarithmic: true));

    private static readonly Hyperparameter Terms = Hyperparameter.Choice(
        "terms", Weighted, [Weighted, "counts"], "Whether the terms of texts are weighted by TF-IDF, or counted.");

    public string Name => "naive-bayes";

    public IReadOnlyList<TaskType> Tasks { get; } = [TaskType.Binary, TaskType.Multiclass];

    public IReadOnlyList<Hyperparameter> Hyperparameters { get; } = [Alpha, Terms];

    public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken)
    {
        TrainingChecks.Require(data, this);
        TrainingChecks.RefuseMonotone(options, this);
        var settings = new Settings(this, options);
        var defaults = EncodingDefaults.Counts with { WeighsTerms = settings.Word(Terms) is Weighted };
        var encoding = LinearEncoding.Learn(
            RawFeatures.Read(data.Features, data.Signature), data.Signature, out var matrix, Preparation.Of(data, options), defaults);
        cancellationToken.ThrowIfCancellationRequested();
        return new LinearClassifier(Name, data.Signature, encoding, Fit(data, matrix, settings[Alpha]))
        {
            Facts = new Dictionary<string, double> { ["columns"] = encoding.Width },
        };
    }

    /// <summary>For each class the log-probabilities of the columns, then that of the class.</summary>
    private double[] Fit(TrainingData data, DesignMatrix matrix, double alpha)
    {
        var (classes, stride) = (data.Signature.Classes.Count, matrix.Width + 1);
        var parameters = new double[classes * stride];
        for (var row = 0; row < matrix.Rows; row++)
        {
            var ofClass = parameters.AsSpan((int)data.Target[row] * stride, stride);
            var weight = data.Weights?[row] ?? 1;
            matrix.AddRow(row, weight, ofClass[..^1]);
            ofClass[^1] += weight;
        }

        TrainingChecks.Refuse(
            parameters.Any(sum => sum < 0), $"{Name} cannot learn from negative numbers: scale them by minMax.");
        var total = Enumerable.Range(0, classes).Sum(k => parameters[(k * stride) + stride - 1]);
        for (var k = 0; k < classes; k++)
        {
            var ofClass = parameters.AsSpan(k * stride, stride);
            TrainingChecks.Refuse(ofClass[^1] is 0, $"All rows of the class '{data.Signature.Classes[k]}' have weight 0.");
            double counted = 0;
            for (var column = 0; column < stride - 1; column++)
            {
                ofClass[column] += alpha;
                counted += ofClass[column];
            }

            for (var column = 0; column < stride - 1; column++)
            {
                ofClass[column] = Math.Log(ofClass[column] / counted);
            }

            ofClass[^1] = Math.Log(ofClass[^1] / total);
        }

        return parameters;
    }
}
