using System.Text;

namespace Cadre.Bench.Knowledge;

/// <summary>Texts whose words are as frequent as in a language: the second is half as frequent as the first, the third a third.</summary>
internal sealed class Language
{
    private const int Words = 50_000;
    private const string Consonants = "bcdfghklmnprstvw", Vowels = "aeiou";

    private readonly string[] _words = [.. Enumerable.Range(0, Words).Select(Spell)];

    public string Text(int seed, int characters)
    {
        var random = new Random(seed);
        var text = new StringBuilder(characters + 100);
        var left = 0;
        while (text.Length < characters)
        {
            if (left-- == 0)
            {
                text.Append(random.Next(5) == 0 ? ".\n\n" : ". ");
                left = random.Next(6, 24);
            }

            text.Append(Pick(random)).Append(' ');
        }

        return text.ToString();
    }

    /// <summary>Half of a query's words are as frequent as in a text, the others are what the asker is after.</summary>
    public string Query(int seed)
    {
        var random = new Random(-seed - 1);
        return string.Join(' ', Enumerable.Range(0, random.Next(2, 7)).Select(i => i % 2 == 0 ? _words[random.Next(200, Words)] : Pick(random)));
    }

    private string Pick(Random random) => _words[(int)Math.Pow(Words, random.NextDouble()) - 1];

    private static string Spell(int number)
    {
        var word = new StringBuilder();
        for (var rest = number + 16; rest > 0; rest /= 80) word.Append(Consonants[rest % 80 / 5]).Append(Vowels[rest % 5]);
        return word.Append(Consonants[number % 7]).ToString();
    }
}
