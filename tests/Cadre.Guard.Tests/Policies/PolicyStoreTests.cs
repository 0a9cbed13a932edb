using Cadre.Engine.Policies;
using Cadre.Guard.Policies;
using Cadre.Testing;

namespace Cadre.Guard.Tests.Policies;

public sealed class PolicyStoreTests
{
    [Fact]
    public void A_missing_folder_means_the_default_policy()
    {
        using var folder = new TemporaryDirectory();

        Assert.True(PolicyStore.TryLoad(folder["policies"], allowNet: false, out var store, out _));
        Assert.Equal(DefaultPolicyTests.Default(allowNet: false).Hash, store.Current.Hash);
    }

    [Fact]
    public void The_written_default_is_the_built_in_one_and_is_never_written_over()
    {
        using var folder = new TemporaryDirectory();

        Assert.Equal(3, DefaultPolicy.Write(folder["policies"]).Count);
        Assert.True(PolicyStore.TryLoad(folder["policies"], allowNet: false, out var store, out _));
        Assert.Equal(DefaultPolicyTests.Default(allowNet: false).Hash, store.Current.Hash);

        folder.Write("policies/paths.yaml", "version: 1\n");
        Assert.Empty(DefaultPolicy.Write(folder["policies"]));
        Assert.Equal("version: 1\n", folder.Read("policies/paths.yaml"));
    }

    [Fact]
    public void A_good_edit_is_in_force_after_reload()
    {
        using var folder = Written(out var store);
        var before = store.Current;
        folder.Write("paths.yaml", "version: 1\ndefaults:\n  write: deny\n");

        var reload = store.Reload();

        Assert.True(reload is { Ok: true, Changed: true });
        Assert.Equal(store.Current.Hash, reload.Hash);
        Assert.Equal(VerdictKind.Deny, store.Current.JudgePath("src/a.cs", PathAccess.Write).Kind);
        Assert.Equal(VerdictKind.Allow, before.JudgePath("src/a.cs", PathAccess.Write).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("version: 1\nnonsense: true\n")]
    [InlineData("version: 1\ndefaults:\n  write: allow\n  write: allow\n")]
    public void A_bad_edit_is_refused_and_the_policy_in_force_stays(string edit)
    {
        using var folder = Written(out var store);
        var before = store.Current;
        folder.Write("paths.yaml", edit);

        var reload = store.Reload();

        Assert.False(reload.Ok);
        Assert.False(reload.Changed);
        Assert.Equal(before.Hash, reload.Hash);
        Assert.Same(before, store.Current);
        Assert.All(reload.Errors, error => Assert.Equal("policies/paths.yaml", error.File));
    }

    [Fact]
    public void A_bad_policy_at_start_is_no_policy()
    {
        using var folder = Written(out _);
        folder.Write("tools.yaml", "garbage");

        Assert.False(PolicyStore.TryLoad(folder.Root, allowNet: true, out var store, out var errors));
        Assert.Null(store);
        Assert.NotEmpty(errors);
    }

    [Fact]
    public void The_hash_tells_texts_and_the_network_switch_apart()
    {
        Assert.Equal(DefaultPolicyTests.Default(false).Hash, DefaultPolicyTests.Default(false).Hash);
        Assert.NotEqual(DefaultPolicyTests.Default(false).Hash, DefaultPolicyTests.Default(true).Hash);
        Assert.Matches("^[0-9a-f]{64}$", DefaultPolicyTests.Default(false).Hash);
    }

    [Fact]
    public void A_users_own_rules_are_read_in_full()
    {
        using var folder = Written(out var store);
        folder.Write("tools.yaml", """
            version: 1
            budget: { tokens: 1_000, money: 2.50, calls: 7, wall: 1h30m }
            tools:
              - name: no-secrets
                tool: [write_file, "edit_*"]
                arguments:
                  - at: /content
                    matches: "(?i)password"
                verdict: deny
                because: "No passwords in files."
                examples:
                  hit: ["write_file path=a content=PASSWORD=1"]
                  miss: ["write_file path=a content=x", "read_file content=password"]
            programs:
              - name: deploy
                program: ./deploy.sh
                args: [staging, "*", "..."]
                verdict: allow
                examples:
                  hit: ["./deploy.sh staging now please"]
                  miss: ["./deploy.sh production now", "./deploy.sh staging", "/tmp/deploy.sh staging now"]
            """);
        folder.Write("network.yaml", """
            version: 1
            hosts:
              - name: api
                host: ["*.example.com", "10.1.*"]
                port: [443, 8000-8100]
                scheme: https
                verdict: allow
                examples:
                  hit: ["https://api.example.com/x", "https://10.1.2.3:8001/"]
                  miss: ["https://example.com", "http://api.example.com:443", "https://10.1.evil.com", "https://api.example.com:9000"]
            """);

        var reload = store.Reload();

        Assert.Empty(reload.Errors);
        Assert.Equal(new(1_000, 2.50m, 7, TimeSpan.FromMinutes(90)), store.Current.Budget);
        Assert.True(PolicyExplainer.TryExplain(store.Current, "write_file path=a content=\"my password\"", [], out var explained, out _));
        Assert.Equal((VerdictKind.Deny, "tools.no-secrets", "No passwords in files."), (explained.Verdict, explained.Rule, explained.Because));
        Assert.True(store.Current.NetworkAllowed("api.example.com"));
        Assert.False(store.Current.NetworkAllowed("evil.com"));
    }

    private static TemporaryDirectory Written(out PolicyStore store)
    {
        var folder = new TemporaryDirectory();
        DefaultPolicy.Write(folder.Root);
        Assert.True(PolicyStore.TryLoad(folder.Root, allowNet: true, out var loaded, out _));
        store = loaded;
        return folder;
    }
}
