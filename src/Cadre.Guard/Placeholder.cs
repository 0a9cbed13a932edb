namespace Cadre.Guard; internal static class Placeholder;
