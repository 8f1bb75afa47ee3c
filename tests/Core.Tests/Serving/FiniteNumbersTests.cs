namespace Mlops.Serving;

public class FiniteNumbersTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void One_that_is_not_finite_is_found_wherever_it_is(float bad)
    {
        for (var length = 0; length < 40; length++)
        {
            var numbers = Enumerable.Range(0, length).Select(i => i % 2 is 0 ? float.MaxValue : -i).ToArray();
            Assert.True(FiniteNumbers.AreAll(numbers));
            for (var at = 0; at < length; at++)
            {
                Assert.False(FiniteNumbers.AreAll([.. numbers[..at], bad, .. numbers[(at + 1)..]]));
            }
        }
    }
}
