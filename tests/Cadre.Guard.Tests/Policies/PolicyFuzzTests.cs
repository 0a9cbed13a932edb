using System.Text;
using Cadre.Guard.Policies;
using Cadre.Testing;

namespace Cadre.Guard.Tests.Policies;

public sealed class PolicyFuzzTests
{
    private const string Noise = "{}[]:,-&*!|>'\"%@`#?\\ \t\n\0\u00e9~<";

    /// <summary>Whatever is done to a file, it is refused or read; nothing is thrown, and a refusal has a place.</summary>
    [Theory]
    [InlineData("tools.yaml")]
    [InlineData("network.yaml")]
    [InlineData("paths.yaml")]
    public void A_damaged_file_is_refused_or_read(string file)
    {
        using var folder = new TemporaryDirectory();
        DefaultPolicy.Write(folder.Root);
        var whole = folder.Read(file);
        for (var seed = 0; seed < 120; seed++)
        {
            folder.Write(file, Damage(whole, new Random(seed)));

            Assert.All(PolicyStore.Validate(folder.Root), error => Assert.True(error.Line > 0 && error.Column > 0, $"seed {seed}: {error}"));
        }
    }

    private static string Damage(string text, Random random)
    {
        var damaged = new StringBuilder(text);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(damaged.Length);
            switch (random.Next(4))
            {
                case 0:
                    damaged.Remove(at, Math.Min(random.Next(1, 200), damaged.Length - at));
                    break;
                case 1:
                    damaged.Insert(at, Noise[random.Next(Noise.Length)]);
                    break;
                case 2:
                    damaged[at] = Noise[random.Next(Noise.Length)];
                    break;
                default:
                    damaged.Insert(at, text.AsSpan(random.Next(text.Length - 50), 50));
                    break;
            }

            if (damaged.Length == 0) damaged.Append(' ');
        }

        return damaged.ToString();
    }
}
