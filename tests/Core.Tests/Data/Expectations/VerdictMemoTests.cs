using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Data;

public sealed class VerdictMemoTests
{
    [Fact]
    public void A_verdict_that_is_remembered_is_that_of_the_same_text() => Check.QuickThrowOnFailure(Prop.ForAll<string[]>(texts =>
    {
        var memo = new VerdictMemo();
        var verdicts = new Dictionary<string, bool>();

        // Texts that differ only in length or in one place are the ones to be mistaken for each other.
        foreach (var text in texts.SelectMany(text => new[] { text ?? "", text + "0", text + "00", "0" + text, "00000000" + text }))
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var verdict = verdicts.TryGetValue(text, out var before) ? before : verdicts.Count % 3 is 0;
            verdicts[text] = verdict;
            if (memo.Find(bytes, out var slot) is { } known ? known != verdict : !Kept(memo, bytes, slot, verdict))
            {
                return false;
            }
        }

        return true;
    }));

    [Fact]
    public void A_few_thousand_texts_are_all_remembered()
    {
        var memo = new VerdictMemo();
        var texts = Enumerable.Range(0, 3_000).Select(i => Encoding.UTF8.GetBytes($"A{i:D4}")).ToList();
        texts.ForEach(text => Kept(memo, text, Slot(memo, text), passes: true));

        Assert.InRange(texts.Count(text => memo.Find(text, out _) is true), 2_900, 3_000);
    }

    [Fact]
    public void Texts_that_never_come_again_are_given_up()
    {
        var memo = new VerdictMemo();
        for (var i = 0; i < 20_000; i++)
        {
            var text = BitConverter.GetBytes(i);
            Kept(memo, text, Slot(memo, text), passes: true);
        }

        Assert.Null(memo.Find(BitConverter.GetBytes(1), out _));
    }

    private static int Slot(VerdictMemo memo, byte[] text)
    {
        memo.Find(text, out var slot);
        return slot;
    }

    private static bool Kept(VerdictMemo memo, byte[] text, int slot, bool passes)
    {
        memo.Keep(text, slot, passes);
        return true;
    }
}
