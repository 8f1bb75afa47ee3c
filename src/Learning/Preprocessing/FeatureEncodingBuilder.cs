using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Learns how to prepare each feature: as asked, and for the rest as suits its type and the learner.</summary>
internal sealed class FeatureEncodingBuilder
{
    private const double DefaultSmoothing = 10;

    private static readonly DatePart[] DefaultDates = [DatePart.Month, DatePart.DayOfWeek, DatePart.Hour];

    private readonly RawFeatures _features;
    private readonly ModelSignature _signature;
    private readonly Preparation _preparation;
    private readonly EncodingDefaults _defaults;
    private readonly List<INumberSource> _sources = [];
    private readonly List<LazyColumn> _columns = [];
    private readonly List<ScalingRule> _rules = [];
    private readonly List<int> _rankedLevels = [];
    private readonly List<int> _origins = [];
    private readonly List<(OneHotCategory Category, int Origin)> _categories = [];
    private readonly List<(TextTerms Text, int Origin)> _texts = [];

    public FeatureEncodingBuilder(
        RawFeatures features, ModelSignature signature, Preparation preparation, EncodingDefaults defaults)
    {
        (_features, _signature, _preparation, _defaults) = (features, signature, preparation, defaults);
        var (numbers, strings) = FeatureImportance.Positions(signature);
        if (numbers.Length > 0)
        {
            AddNumbers(numbers);
        }

        for (var i = 0; i < strings.Length; i++)
        {
            AddStrings(i, strings[i]);
        }

        Encoding = new FeatureEncoding(
            _sources,
            NumericScaling.Learn([.. _columns], features.Rows, _rules),
            [.. _categories.Select(category => category.Category)],
            [.. _texts.Select(text => text.Text)],
            [
                .. _origins,
                .. _categories.SelectMany(category => Enumerable.Repeat(category.Origin, category.Category.Width)),
                .. _texts.SelectMany(text => Enumerable.Repeat(text.Origin, text.Text.Width)),
            ]);
    }

    public FeatureEncoding Encoding { get; }

    /// <summary>The training rows, prepared: where a number was learned from targets, those of other rows.</summary>
    public EncodedFeatures Training => Encoding.Encode(_features, [.. _columns]);

    /// <summary>How many levels of a category each column ranks, whose order by size means little; 0 for any other column.</summary>
    public int[] RankedLevels => [.. _rankedLevels, .. Enumerable.Repeat(0, Encoding.Origins.Length - _rankedLevels.Count)];

    private void AddNumbers(int[] positions)
    {
        var rules = Array.ConvertAll(positions, position => RuleFor(_signature.Features[position]));
        Add(new PlainNumbers(), positions, rules);
        int[] flagged = [.. Enumerable.Range(0, positions.Length).Where(i => Asked(_signature.Features[positions[i]]).Indicator is true)];
        if (flagged.Length > 0)
        {
            Add(
                new MissingNumbers(flagged),
                [.. flagged.Select(i => positions[i])],
                Array.ConvertAll(flagged, _ => ScalingRule.None));
        }

        for (var i = 0; i < positions.Length; i++)
        {
            var feature = _signature.Features[positions[i]];
            var parts = feature.Type is ColumnType.Timestamp ? Asked(feature).Dates ?? DefaultDates : [];
            if (parts.Count > 0)
            {
                // A constant asked for a missing time is no month.
                var rule = rules[i].Impute is Imputation.Constant ? rules[i] with { Impute = Imputation.Median } : rules[i];
                Add(new DateParts(i, parts), [.. parts.Select(_ => positions[i])], [.. parts.Select(_ => rule)]);
            }
        }
    }

    private void AddStrings(int index, int position)
    {
        var feature = _signature.Features[position];
        var asked = Asked(feature);
        if ((asked.Encode ?? (feature.Type is ColumnType.Text ? CategoryEncoding.Text : CategoryEncoding.OneHot)) is CategoryEncoding.Text)
        {
            AddText(index, position, asked.Text ?? new TextPreprocessing());
            return;
        }

        var missingAs = asked.Impute switch
        {
            Imputation.Constant => asked.Fill!.Value.Text,
            Imputation.MostFrequent =>
                CategoryLevels.Learn(_features.Strings[index]).Names.FirstOrDefault(name => name.Length > 0),
            _ => null,
        };
        var column = new CategoryColumn(index, missingAs);
        var values = column.Read(_features);
        var levels = CategoryLevels.Learn(values);
        if (asked.Indicator is true)
        {
            Add(new CategoryValues(new CategoryColumn(index, null), [""], [[1f]], [0f]), [position], [ScalingRule.None]);
        }

        switch (asked.Encode)
        {
            case CategoryEncoding.Ordinal:
                var inOrder = levels.Names.Order(StringComparer.Ordinal).ToArray();
                AddRanks(column, inOrder, position, hasOrder: true);
                break;
            case CategoryEncoding.Target:
                AddTargetMeans(column, values, levels, position, asked.Smoothing ?? DefaultSmoothing);
                break;
            case null when _defaults.RanksMany && levels.Names.Length > _defaults.MaxOneHot
                && asked is { MaxCategories: null, MinFrequency: null }:
                AddRanks(column, levels.Names, position, hasOrder: false);
                break;
            default:
                var oneHot = new OneHotCategory(
                    column, levels, asked.MaxCategories ?? _defaults.MaxOneHot, asked.MinFrequency ?? 0);
                _categories.Add((oneHot, position));
                break;
        }
    }

    private void AddText(int index, int position, TextPreprocessing asked)
    {
        var shortest = asked.MinWords ?? 1;
        var limits = new TextLimits(
            shortest, Math.Max(shortest, asked.MaxWords ?? 1), asked.MinDocuments ?? 2, asked.MaxTerms ?? _defaults.MaxTerms);
        _texts.Add((new TextTerms(index, _features.Strings[index], limits, _defaults.WeighsTerms), position));
    }

    private void AddRanks(CategoryColumn column, string[] names, int position, bool hasOrder)
    {
        var rule = RuleFor(_signature.Features[position]);
        var isRank = !hasOrder && rule is { Impute: Imputation.None, Scale: Scaling.None };
        var values = names.Select((name, rank) => name.Length is 0 ? float.NaN : rank).ToArray();
        Add(new CategoryValues(column, names, [values], [float.NaN]), [position], [rule], isRank ? names.Length : 0);
    }

    private void AddTargetMeans(CategoryColumn column, StringColumn values, CategoryLevels levels, int position, double smoothing)
    {
        var means = new TargetMeans(levels.Names, levels.Encode(values), _signature, _preparation, smoothing);
        var byLevel = means.ByLevel();
        var source = new CategoryValues(column, levels.Names, byLevel, means.Priors());
        var rule = RuleFor(_signature.Features[position]);
        Add(source, [.. byLevel.Select(_ => position)], [.. byLevel.Select(_ => rule)], columns: LazyColumns.Of(means.OutOfFold()));
    }

    private void Add(INumberSource source, int[] origins, ScalingRule[] rules, int rankedLevels = 0, LazyColumn[]? columns = null)
    {
        _sources.Add(source);
        _origins.AddRange(origins);
        _rules.AddRange(rules);
        _rankedLevels.AddRange(Enumerable.Repeat(rankedLevels, origins.Length));
        _columns.AddRange(columns ?? source.Encode(_features));
    }

    private ScalingRule RuleFor(ColumnSchema feature)
    {
        var asked = Asked(feature);

        // A category's own imputation is done before it becomes a number; what is missing still is unknown.
        var impute = feature.IsNumeric ? asked.Impute ?? _defaults.Impute : _defaults.Impute;
        TrainingChecks.Refuse(
            impute is Imputation.None && !_defaults.TakesMissing,
            $"The column '{feature.Name}' needs an imputation: this learner cannot take missing values.");
        var fill = impute is Imputation.Constant ? (float)asked.Fill!.Value.Number : float.NaN;
        return new ScalingRule(feature.Name, impute, fill, asked.Scale ?? _defaults.Scale);
    }

    private ColumnPreprocessing Asked(ColumnSchema feature) => _preparation.For(feature.Name);
}
