using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Mlops.Training;

namespace Mlops.Learning;

public sealed class LearnerCatalogTests
{
    [Fact]
    public void Every_learner_of_the_assembly_is_registered()
    {
        using var services = new ServiceCollection().AddLearning().AddLearning().BuildServiceProvider();
        var catalog = services.GetRequiredService<LearnerCatalog>();

        var built = typeof(LearnerCatalog).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(ILearner)) && type != typeof(CalibratedLearner));

        Assert.Equal(built.ToHashSet(), catalog.All.Select(learner => learner.GetType()).ToHashSet());
        Assert.All(catalog.All, learner => Assert.True(catalog.TryFind(learner.Name, out var found) && found == learner));
        Assert.False(catalog.TryFind("oracle", out _));
    }

    [Fact]
    public void Declarations_are_well_formed()
    {
        using var services = new ServiceCollection().AddLearning().BuildServiceProvider();
        foreach (var learner in services.GetServices<ILearner>())
        {
            Assert.Matches("^[a-z]+(-[a-z]+)*$", learner.Name);
            Assert.Distinct(learner.Hyperparameters.Select(parameter => parameter.Name));
            Assert.All(learner.Hyperparameters, parameter =>
            {
                Assert.Matches(new Regex("^[a-z][A-Za-z0-9]*$"), parameter.Name);
                Assert.True(parameter.Allows(parameter.Default), parameter.Name);
                Assert.EndsWith(".", parameter.Description, StringComparison.Ordinal);
            });
        }
    }
}
