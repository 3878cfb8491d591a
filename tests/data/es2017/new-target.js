function Client() { if (!new.target) return new Client(); this.kind = new.target.name; }
